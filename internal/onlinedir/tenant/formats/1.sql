-- One resource of any kind. body is its canonical SCIM document without what has a column or a table of its own.
CREATE TABLE resource (
    seq          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    kind         INTEGER NOT NULL,            -- directory.Kind
    state        INTEGER NOT NULL,            -- State: 3 is the recycle bin
    active       INTEGER NOT NULL,            -- kept through the recycle bin
    external_id  TEXT,                        -- as sent
    user_name    TEXT,                        -- folded; NULL in the recycle bin, so that the name is free
    display_name TEXT    NOT NULL,            -- folded; empty when absent
    department   TEXT,                        -- folded
    manager      INTEGER,                     -- seq
    created      INTEGER NOT NULL,            -- milliseconds since 1970, as all times
    modified     INTEGER NOT NULL,
    deleted      INTEGER,                     -- NULL while alive
    version      INTEGER NOT NULL,
    body         TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX resource_external_id ON resource (kind, external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX resource_user_name   ON resource (kind, user_name)   WHERE user_name IS NOT NULL;
CREATE INDEX        resource_alive       ON resource (kind)              WHERE deleted IS NULL;
CREATE INDEX        resource_view        ON resource (kind, state, display_name);
CREATE INDEX        resource_department  ON resource (kind, department)  WHERE department IS NOT NULL;
CREATE INDEX        resource_manager     ON resource (manager)           WHERE manager IS NOT NULL;
CREATE INDEX        resource_deleted     ON resource (deleted)           WHERE deleted IS NOT NULL;

-- Every mail address in use, folded, with its owner.
CREATE TABLE address (
    address  TEXT    PRIMARY KEY,
    resource INTEGER NOT NULL                 -- seq
) STRICT, WITHOUT ROWID;
CREATE INDEX address_resource ON address (resource);

-- One membership; both are seq.
CREATE TABLE member (
    grp    INTEGER NOT NULL,
    member INTEGER NOT NULL,
    PRIMARY KEY (grp, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_of ON member (member);

CREATE TABLE token (
    hash    BLOB    PRIMARY KEY,              -- SHA-256 of the token
    name    TEXT    NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
