package tenant

import (
	"context"
	"fmt"
	"time"

	"syncd/internal/directory"
)

// Person is all that is known of an account.
type Person struct {
	User
	Facts         []Fact // with a value, or editable
	Manager       *Link  // nil for nobody
	Reports       []Link // the first 20 by name
	MoreReports   bool
	Groups        []Link // the first 200 by name
	MoreGroups    bool
	Licence       *Licence // nil for none
	UsageLocation string   // ISO 3166-1 alpha-2
	Revision      Revision // for EditUser
	Created       time.Time
	Photo         string // data URI, empty for none
}

// How many links the page of an account shows.
const (
	mostReports = 20
	mostGroups  = 200
)

// PersonByID reads an account, a deleted one included. found is false where there is none.
func (t *Tenant) PersonByID(ctx context.Context, id string) (p Person, found bool, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		p, found, err = r.person(ctx, id)
		return err
	})
	if err != nil {
		return Person{}, false, fmt.Errorf("read the account %s: %w", id, err)
	}
	return p, found, nil
}

func (r *Reader) person(ctx context.Context, id string) (p Person, there bool, err error) {
	record, there, err := r.anyRecord(ctx, directory.User, id)
	if err != nil || !there {
		return p, false, err
	}
	users, err := r.usersAt(ctx, []found{{seq: record.seq}})
	if err != nil {
		return p, false, err
	}
	p.User, p.Created, p.Photo = users[0], record.Created, photoOf(record.Document)
	if p.Facts, err = shown(record.Type, record.Document, append(UserFields(), moreFields()...), p.ExternalID != ""); err != nil {
		return p, false, err
	}
	managers, _, err := r.links(ctx, "o.seq = (SELECT manager FROM resource WHERE seq = ?)", record.seq, 1)
	if err != nil {
		return p, false, err
	}
	if len(managers) > 0 {
		p.Manager = &managers[0]
	}
	if p.Reports, p.MoreReports, err = r.links(ctx, "o.manager = ?", record.seq, mostReports); err != nil {
		return p, false, err
	}
	if p.Groups, p.MoreGroups, err = r.links(ctx, "o.seq IN (SELECT grp FROM member WHERE member = ?)", record.seq, mostGroups); err != nil {
		return p, false, err
	}
	if p.UsageLocation, err = r.usageLocation(ctx, record); err != nil {
		return p, false, err
	}
	if p.Revision, err = r.revision(ctx, record); err != nil {
		return p, false, err
	}
	var licence Licence
	has, err := r.row(ctx, "SELECT l.id, l.name, l.seats, l.used FROM seat s JOIN licence l ON l.id = s.licence WHERE s.resource = ?",
		[]any{record.seq}, &licence.ID, &licence.Name, &licence.Seats, &licence.Used)
	if has {
		p.Licence = &licence
	}
	return p, true, err
}

// anyRecord reads a resource of a kind, a deleted one included.
func (r *Reader) anyRecord(ctx context.Context, kind directory.Kind, id string) (*Record, bool, error) {
	rows, err := r.query(ctx, "SELECT "+recordColumns+"WHERE r.id = ? AND r.kind = ?", id, kind)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, false, rows.Err()
	}
	record, err := r.tenant.scanRecord(rows.Scan)
	return record, err == nil, err
}
