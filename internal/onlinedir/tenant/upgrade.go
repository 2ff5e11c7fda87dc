package tenant

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"syncd/internal/onlinedir/scim"
)

// fillColumns completes format 3: what searches and the address list look into is taken out of the documents, a thousand at a time.
func fillColumns(tx *sql.Tx) error {
	const batch = 1000
	type row struct {
		seq     int64
		body    []byte
		deleted bool
	}
	update, err := tx.Prepare("UPDATE resource SET second_name = ?, phone = ?, listed = ? WHERE seq = ?")
	if err != nil {
		return err
	}
	defer func() { _ = update.Close() }() // the transaction ends with it
	for last := int64(0); ; {
		var rows []row
		err := each(tx, func(scan func(...any) error) error {
			var r row
			err := scan(&r.seq, &r.body, &r.deleted)
			rows = append(rows, r)
			return err
		}, "SELECT seq, body, deleted IS NOT NULL FROM resource WHERE seq > ? ORDER BY seq LIMIT ?", last, batch)
		if err != nil {
			return fmt.Errorf("read the documents: %w", err)
		}
		for _, r := range rows {
			var doc scim.Document
			if err := json.Unmarshal(r.body, &doc); err != nil {
				return fmt.Errorf("the stored document of row %d is damaged: %w", r.seq, err)
			}
			listed := !r.deleted && isListed(doc, addressesOf(doc))
			if _, err := update.Exec(optional(secondName(doc)), optional(digits(phoneFor(doc, "work"))), listed, r.seq); err != nil {
				return fmt.Errorf("fill the columns of row %d: %w", r.seq, err)
			}
			last = r.seq
		}
		if len(rows) < batch {
			return nil
		}
	}
}

// canonicalDomains completes format 3: earlier ones kept domains as they were written, in any script. What would not be accepted any more
// stays as it is.
func canonicalDomains(tx *sql.Tx) error {
	var names []string
	err := each(tx, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	}, "SELECT name FROM domain")
	if err != nil {
		return fmt.Errorf("read the domains: %w", err)
	}
	for _, name := range names {
		canonical, err := canonicalDomain(name)
		if err != nil || canonical == name {
			continue
		}
		for _, step := range []string{"UPDATE OR IGNORE domain SET name = ?2 WHERE name = ?1", "DELETE FROM domain WHERE name = ?1"} {
			if _, err := tx.Exec(step, name, canonical); err != nil {
				return fmt.Errorf("write the domain %s anew: %w", name, err)
			}
		}
	}
	return nil
}

// each passes the rows of a query to fn.
func each(tx *sql.Tx, fn func(scan func(...any) error) error, query string, args ...any) (err error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
