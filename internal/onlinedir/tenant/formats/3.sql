-- What administrators work with: administrators and their sessions, domains that have to be proved, licences, views, the
-- audit log, and what synchronisation reports.

CREATE TABLE admin (
    name      TEXT    PRIMARY KEY,             -- folded
    role      INTEGER NOT NULL,                -- Role
    hash      TEXT    NOT NULL,                -- bcrypt
    created   INTEGER NOT NULL,
    signed_in INTEGER                          -- last time
) STRICT, WITHOUT ROWID;
INSERT INTO admin (name, role, hash, created)
    SELECT lower(a.value), 1, p.value, 0 FROM setting a, setting p WHERE a.name = 'admin' AND p.name = 'password';
DELETE FROM setting WHERE name IN ('admin', 'password');

CREATE TABLE session (
    hash    BLOB    PRIMARY KEY,               -- SHA-256 of the cookie
    admin   TEXT    NOT NULL,
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_admin ON session (admin);

ALTER TABLE token ADD COLUMN used     INTEGER; -- last time
ALTER TABLE token ADD COLUMN resource INTEGER; -- seq of the person whose token it is; NULL for a client of synchronisation

-- Data from before this format accept names in every domain until the company registers one, as they always did.
INSERT INTO setting (name, value) VALUES ('any_domain', 'true');
ALTER TABLE domain ADD COLUMN kind    INTEGER NOT NULL DEFAULT 1; -- DomainKind
ALTER TABLE domain ADD COLUMN proof   TEXT    NOT NULL DEFAULT ''; -- label of the CNAME record to create
UPDATE domain SET proof = 'syncd-' || lower(hex(randomblob(16)));
ALTER TABLE domain ADD COLUMN added   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE domain ADD COLUMN checked INTEGER;                     -- last look-up
ALTER TABLE domain ADD COLUMN failure TEXT    NOT NULL DEFAULT ''; -- of the last look-up, in words

-- used counts the seats that are taken; the triggers keep it.
CREATE TABLE licence (
    id    INTEGER PRIMARY KEY,
    name  TEXT    NOT NULL UNIQUE,
    seats INTEGER NOT NULL,
    used  INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO licence (id, name, seats) VALUES (1, 'Online Suite', 100);

CREATE TABLE seat (
    resource INTEGER PRIMARY KEY,              -- seq of an active account
    licence  INTEGER NOT NULL
) STRICT;
CREATE INDEX seat_licence ON seat (licence);

-- The licence that an inactive account had last: it gets a seat of the same one again when it comes back.
CREATE TABLE seat_before (
    resource INTEGER PRIMARY KEY,              -- seq
    licence  INTEGER NOT NULL
) STRICT;

CREATE TRIGGER seat_taken AFTER INSERT ON seat BEGIN
    UPDATE licence SET used = used + 1 WHERE id = new.licence;
    DELETE FROM seat_before WHERE resource = new.resource;
END;
CREATE TRIGGER seat_freed AFTER DELETE ON seat BEGIN
    UPDATE licence SET used = used - 1 WHERE id = old.licence;
    INSERT INTO seat_before (resource, licence) VALUES (old.resource, old.licence);
END;
CREATE TRIGGER seat_changed AFTER UPDATE OF licence ON seat BEGIN
    UPDATE licence SET used = used - 1 WHERE id = old.licence;
    UPDATE licence SET used = used + 1 WHERE id = new.licence;
END;
CREATE TRIGGER licence_removed AFTER DELETE ON licence BEGIN
    DELETE FROM seat_before WHERE licence = old.id; -- its number may be given again
END;

-- The memberships of this directory's own groups that ended because the group or the member was deleted; both are seq. They begin again
-- when both are alive again.
CREATE TABLE member_before (
    grp    INTEGER NOT NULL,
    member INTEGER NOT NULL,
    PRIMARY KEY (grp, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_before_of ON member_before (member);

CREATE TRIGGER resource_purged AFTER DELETE ON resource BEGIN
    DELETE FROM seat_before   WHERE resource = old.seq;
    DELETE FROM member_before WHERE grp = old.seq;
    DELETE FROM member_before WHERE member = old.seq;
END;

-- Accounts that were active before there were licences have seats, however many they are.
INSERT INTO seat (resource, licence) SELECT seq, 1 FROM resource WHERE kind = 1 AND state = 1;
UPDATE licence SET seats = max(seats, used) WHERE id = 1;

ALTER TABLE resource ADD COLUMN usage_location TEXT;                -- ISO 3166-1 alpha-2, the administrators' own
ALTER TABLE resource ADD COLUMN synced         INTEGER;             -- last change by synchronisation
ALTER TABLE resource ADD COLUMN second_name    TEXT;                -- folded: the family or the given name, whichever display_name does not begin with
ALTER TABLE resource ADD COLUMN phone          TEXT;                -- the number for work, its digits alone
ALTER TABLE resource ADD COLUMN listed         INTEGER NOT NULL DEFAULT 0; -- 1: the address list has it
-- Like display_name, department is empty from now on where it is absent, so that lists can be in its order. The program fills the other columns.
DROP INDEX resource_department;
UPDATE resource SET department = coalesce(department, ''), synced = CASE WHEN external_id IS NOT NULL THEN modified END;

-- Each order of a list has an index for each state, so that a page costs what it shows however many there are.
CREATE INDEX resource_department  ON resource (kind, state, department, display_name);
CREATE INDEX resource_user        ON resource (kind, state, user_name)   WHERE user_name IS NOT NULL;
CREATE INDEX resource_second_name ON resource (kind, state, second_name) WHERE second_name IS NOT NULL;
CREATE INDEX resource_modified    ON resource (kind, state, modified);
CREATE INDEX resource_synced      ON resource (kind, state, synced)      WHERE synced IS NOT NULL;
CREATE INDEX resource_phone       ON resource (phone)                    WHERE phone IS NOT NULL;
CREATE INDEX resource_listed      ON resource (display_name)             WHERE listed = 1;

-- How many resources of each kind are in each state, and how many members each group has; the triggers keep them.
CREATE TABLE tally (
    kind  INTEGER NOT NULL,
    state INTEGER NOT NULL,
    n     INTEGER NOT NULL,
    PRIMARY KEY (kind, state)
) STRICT, WITHOUT ROWID;
INSERT INTO tally SELECT k.column1, s.column1, (SELECT count(*) FROM resource WHERE kind = k.column1 AND state = s.column1)
    FROM (VALUES (1), (2), (3)) k, (VALUES (0), (1), (2), (3)) s;
CREATE TRIGGER tally_more AFTER INSERT ON resource BEGIN
    UPDATE tally SET n = n + 1 WHERE kind = new.kind AND state = new.state;
END;
CREATE TRIGGER tally_less AFTER DELETE ON resource BEGIN
    UPDATE tally SET n = n - 1 WHERE kind = old.kind AND state = old.state;
END;
CREATE TRIGGER tally_moved AFTER UPDATE OF state ON resource WHEN old.state <> new.state BEGIN
    UPDATE tally SET n = n - 1 WHERE kind = old.kind AND state = old.state;
    UPDATE tally SET n = n + 1 WHERE kind = new.kind AND state = new.state;
END;
CREATE TABLE crew (
    grp INTEGER PRIMARY KEY,                   -- seq
    n   INTEGER NOT NULL
) STRICT;
INSERT INTO crew SELECT seq, (SELECT count(*) FROM member WHERE grp = seq) FROM resource WHERE kind = 3;
CREATE TRIGGER crew_made AFTER INSERT ON resource WHEN new.kind = 3 BEGIN
    INSERT INTO crew VALUES (new.seq, 0);
END;
CREATE TRIGGER crew_gone AFTER DELETE ON resource WHEN old.kind = 3 BEGIN
    DELETE FROM crew WHERE grp = old.seq;
END;
CREATE TRIGGER crew_more AFTER INSERT ON member BEGIN
    UPDATE crew SET n = n + 1 WHERE grp = new.grp;
END;
CREATE TRIGGER crew_less AFTER DELETE ON member BEGIN
    UPDATE crew SET n = n - 1 WHERE grp = old.grp;
END;

-- A view that administrators made: conditions on attributes, as JSON.
CREATE TABLE view (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    owner      TEXT    NOT NULL,               -- administrator
    shared     INTEGER NOT NULL,
    conditions TEXT    NOT NULL,
    created    INTEGER NOT NULL
) STRICT;

-- Who did what. Creations by synchronisation are not among them: the resource itself tells of these.
CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,                 -- name of an administrator or of a token
    sync     INTEGER NOT NULL,                 -- 1 where the actor is synchronisation
    action   TEXT    NOT NULL,                 -- Action
    resource TEXT,                             -- id of whom it was about
    name     TEXT    NOT NULL,                 -- of whom or of what, as it was then
    detail   TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_resource ON audit (resource, at) WHERE resource IS NOT NULL;
CREATE INDEX audit_actor    ON audit (actor, at);
CREATE INDEX audit_action   ON audit (action, at);
CREATE INDEX audit_at       ON audit (at);

-- The last passes of synchronisation, as it reports them itself, as JSON (directory.PassRecord).
CREATE TABLE pass (
    id      TEXT    PRIMARY KEY,
    client  TEXT    NOT NULL,                  -- name of the token
    started INTEGER NOT NULL,
    ended   INTEGER NOT NULL,
    status  TEXT    NOT NULL,                  -- directory.Status
    report  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pass_ended ON pass (ended);

-- What the last pass could not make here, as it reports it itself.
CREATE TABLE problem (
    external_id TEXT NOT NULL,
    other       TEXT NOT NULL,                 -- external_id of the other party of a membership, else empty
    name        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    since       INTEGER NOT NULL,
    PRIMARY KEY (external_id, other)
) STRICT, WITHOUT ROWID;
