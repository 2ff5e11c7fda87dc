package onlinedirtest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// Company fills a new directory past the service with people who look like a real company's: names in several scripts, departments of very
// different size, seven in ten accounts enabled, some in the recycle bin, and for every hundred people two contacts and one group. The
// rows are as the service would have written them. It takes some two minutes for a million.
func Company(ctx context.Context, dir string, people int) (err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, tenant.File))+
		"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)&_pragma=cache_size(-262144)&_pragma=temp_store(2)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1) // temporary tables belong to a connection
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	for table, words := range map[string][]string{
		"given": givenNames(), "family": familyNames(), "department": departments(), "title": titles(), "city": cities(),
	} {
		if err := temporary(ctx, tx, table, words); err != nil {
			return err
		}
	}
	now := time.Now().UnixMilli()
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{companyDraft, []any{people, now}},
		{companyPeople, nil},
		{companyContacts, []any{people / 50, now}},
		{companyGroups, []any{people / 100, now}},
		{companyAddresses, nil},
		{companyMembers, []any{people / 100}},
		{companyProblems, []any{now}},
	} {
		if _, err := tx.ExecContext(ctx, step.statement, step.args...); err != nil {
			return fmt.Errorf("%.40s: %w", step.statement, err)
		}
	}
	return tx.Commit()
}

// temporary keeps words in a table, each with its folded form and a number from 0 on.
func temporary(ctx context.Context, tx *sql.Tx, table string, words []string) error {
	folded := make([]string, len(words))
	for i, word := range words {
		folded[i] = scim.Fold(word)
	}
	shown, err := json.Marshal(words)
	if err != nil {
		return err
	}
	lower, err := json.Marshal(folded)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "CREATE TEMP TABLE "+table+"(i INTEGER PRIMARY KEY, word TEXT, folded TEXT);"+
		"INSERT INTO "+table+" SELECT s.key, s.value, f.value FROM json_each(?) s JOIN json_each(?) f ON f.key = s.key", string(shown), string(lower))
	return err
}

// The statements that make a company. a, b and c look random and are the same every time: the product with a large odd number, without its
// last bits (multiplicative hashing).
const (
	series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)\n"

	companyDraft = `CREATE TEMP TABLE draft AS ` + series + `, hash AS (SELECT i,
			(i * 2654435761 >> 7) & 0xffffff AS a, (i * 2246822519 >> 5) & 0xffffff AS b, (i * 3266489917 >> 9) & 0xffffff AS c FROM n)
		SELECT i, a, b, c, a % (SELECT count(*) FROM given) AS given, b % (SELECT count(*) FROM family) AS family,
			-- the square makes the first departments large; the last one is the board
			iif(i % 20011 = 7, (SELECT max(i) FROM department), (c % 1000) * (c % 1000) * (SELECT max(i) FROM department) / 1000000) AS department,
			b / 7 % (SELECT count(*) FROM title) AS title, a / 11 % (SELECT count(*) FROM city) AS city,
			?2 - (c * 463 % iif(c % 50 = 0, 2500000, 7776000)) * 1000 AS modified, -- within 90 days; deleted within 29
			CASE WHEN c % 50 = 0 THEN 3 WHEN c % 50 < 36 THEN 1 WHEN c % 50 < 46 THEN 0 ELSE 2 END AS state,
			'person' || i AS alias FROM hash`

	companyPeople = `INSERT INTO resource (id, kind, state, active, external_id, user_name, display_name, department, created, modified, deleted, synced,
			version, second_name, phone, listed, body)
		SELECT printf('` + memberForm + `', d.i), 1, d.state, d.state = 1, 'anchor-' || d.i,
			CASE WHEN d.state <> 3 THEN f.folded || '.' || d.i || '@corp.example' END, g.folded || ' ' || f.folded, t.folded,
			d.modified - 86400000, d.modified, CASE WHEN d.state = 3 THEN d.modified END, d.modified, 1, f.folded, printf('44%08d', d.a),
			d.state <> 3 AND d.c % 97 <> 0,
			json_object(
				'addresses', json_array(json_object('country', 'GB', 'locality', c.word, 'streetAddress', (d.a % 300 + 1) || ' High Street', 'type', 'work')),
				'displayName', g.word || ' ' || f.word,
				'emails', json_array(json_object('primary', json('true'), 'type', 'work', 'value', d.alias || '@corp.example')),
				'name', json_object('familyName', f.word, 'givenName', g.word),
				'phoneNumbers', json_array(json_object('type', 'work', 'value', printf('+44 %08d', d.a))),
				'title', j.word,
				'` + directory.SchemaEnterprise + `', json_object('department', t.word, 'employeeNumber', '' || d.i, 'organization', 'Contoso'),
				'` + directory.SchemaOnPremises + `', json_object(
					'hideFromAddressLists', json(iif(d.c % 97 = 0, 'true', 'false')), 'mailNickname', d.alias, 'office', printf('B%02d-%03d', d.b % 40, d.c % 400),
					'onPremisesAccountEnabled', json(iif(d.state = 2, 'false', 'true')),
					'onPremisesDistinguishedName', 'CN=' || g.word || ' ' || f.word || ',OU=' || t.word || ',OU=Staff,DC=corp,DC=example',
					'onPremisesSamAccountName', d.alias, 'proxyAddresses', json_array('SMTP:' || d.alias || '@corp.example', 'smtp:' || d.alias || '@old.example')),
				'userName', f.folded || '.' || d.i || '@corp.example')
		FROM draft d JOIN given g ON g.i = d.given JOIN family f ON f.i = d.family JOIN department t ON t.i = d.department
			JOIN title j ON j.i = d.title JOIN city c ON c.i = d.city`

	companyAddresses = `INSERT INTO address (address, resource) SELECT d.alias || s.column1, r.seq FROM draft d
		JOIN resource r ON r.kind = 1 AND r.external_id = 'anchor-' || d.i, (VALUES ('@corp.example'), ('@old.example')) s WHERE d.state <> 3
		UNION ALL SELECT json_extract(body, '$."` + directory.SchemaOnPremises + `".mail'), seq FROM resource WHERE kind IN (2, 3)`

	companyContacts = series + `INSERT INTO resource (id, kind, state, active, external_id, display_name, department, created, modified, synced, version, listed, body)
		SELECT printf('00000000-0000-7000-9000-%012d', i), 2, 1, 0, 'contact-' || i, 'supplier ' || i, '', ?2, ?2, ?2, 1, 1,
			json_object('displayName', 'Supplier ' || i, '` + directory.SchemaOnPremises + `', json_object('mail', 'supplier' || i || '@elsewhere.example')) FROM n`

	companyGroups = series + `INSERT INTO resource (id, kind, state, active, external_id, display_name, department, created, modified, synced, version, listed, body)
		SELECT printf('00000000-0000-7000-a000-%012d', i), 3, 1, 0, 'group-' || i, 'team ' || i, '', ?2, ?2, ?2, 1, 1,
			json_object('displayName', 'Team ' || i, '` + directory.SchemaOnPremises + `', json_object('mail', 'team' || i || '@corp.example')) FROM n`

	// The first group has everybody, the others twenty members each.
	companyMembers = series + `INSERT INTO member (grp, member)
		SELECT (SELECT seq FROM resource WHERE kind = 3 AND external_id = 'group-1'), seq FROM resource WHERE kind = 1 AND state <> 3
		UNION SELECT g.seq, r.seq FROM n JOIN resource g ON g.kind = 3 AND g.external_id = 'group-' || n.i
			JOIN resource r ON r.kind = 1 AND r.external_id IN ('anchor-' || (n.i * 7), 'anchor-' || (n.i * 13), 'anchor-' || (n.i * 29), 'anchor-' || (n.i * 31)) AND r.state <> 3
			WHERE n.i > 1`

	companyProblems = `INSERT INTO problem (external_id, other, name, reason, since) SELECT 'anchor-' || i, '', alias, 'address in use', ?1 FROM draft WHERE i % 1777 = 0 LIMIT 500`
)
