package tenant

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// State is what an administrator sees of an account. The numbers are stored.
type State int

// The states. Contacts and groups that are not deleted are Enabled.
const (
	Waiting State = 0 // never activated, or deactivated by an administrator
	Enabled State = 1
	Blocked State = 2 // inactive, and disabled on premises
	Deleted State = 3 // in the recycle bin
)

// String is the state in the words that every page, command and log uses.
func (s State) String() string {
	switch s {
	case Waiting:
		return "Waiting"
	case Enabled:
		return "Enabled"
	case Blocked:
		return "Blocked by Active Directory"
	case Deleted:
		return "Deleted"
	}
	return "unknown"
}

// columns is a document taken apart as the table stores it.
type columns struct {
	state       State
	active      bool
	externalID  sql.NullString
	userName    sql.NullString
	displayName string
	department  string // folded
	secondName  sql.NullString
	phone       sql.NullString
	listed      bool
	manager     sql.NullInt64
	body        string
	addresses   []string // folded, sorted, each once
	names       []string // what must lie in a domain of the company, see namesOf
}

// columnsOf takes a canonical document apart; the document itself stays whole. An unknown manager is refused.
func (w *Writer) columnsOf(ctx context.Context, kind *scim.ResourceType, doc scim.Document) (*columns, error) {
	c := &columns{externalID: optional(doc.Text("", "externalId")), addresses: addressesOf(doc), names: namesOf(kind, doc)}
	c.department = scim.Fold(doc.Text(directory.SchemaEnterprise, "department"))
	c.displayName = scim.Fold(doc.Text("", "displayName"))
	c.secondName, c.phone = optional(secondName(doc)), optional(digits(phoneFor(doc, "work")))
	c.listed = isListed(doc, c.addresses)
	c.state = Enabled
	if kind.Kind == directory.User {
		c.userName = optional(scim.Fold(doc.Text("", "userName")))
		c.active, _ = doc.Flag("", "active")
		c.state = accountState(c.active, onPremisesEnabled(doc))
	}
	body := make(scim.Document, len(doc))
	for name, value := range doc {
		switch name {
		case "externalId", "active", "members", "schemas", "id", "meta":
		case directory.SchemaEnterprise:
			enterprise, manager := splitManager(value)
			if len(enterprise) > 0 {
				body[name] = enterprise
			}
			var err error
			if c.manager, err = w.managerSeq(ctx, manager); err != nil {
				return nil, err
			}
		default:
			body[name] = value
		}
	}
	text, err := json.Marshal(body)
	c.body = string(text)
	return c, err
}

// same reports whether two documents are stored alike.
func (c *columns) same(other *columns) bool {
	return c.active == other.active && c.externalID == other.externalID && c.manager == other.manager && c.body == other.body
}

func optional(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// onPremisesEnabled reports whether Active Directory lets the account be used; accounts that it does not master may be.
func onPremisesEnabled(doc scim.Document) bool {
	enabled, present := doc.Flag(directory.SchemaOnPremises, "onPremisesAccountEnabled")
	return enabled || !present
}

func accountState(active, onPremises bool) State {
	switch {
	case active:
		return Enabled
	case !onPremises:
		return Blocked
	}
	return Waiting
}

// splitManager parts the enterprise extension from the manager's id.
func splitManager(value any) (enterprise map[string]any, manager string) {
	extension, _ := value.(map[string]any)
	enterprise = make(map[string]any, len(extension))
	for name, v := range extension {
		if name != "manager" {
			enterprise[name] = v
			continue
		}
		object, _ := v.(map[string]any)
		manager, _ = object["value"].(string)
	}
	return enterprise, manager
}

// managerSeq finds the manager among users and contacts.
func (w *Writer) managerSeq(ctx context.Context, id string) (sql.NullInt64, error) {
	seq := sql.NullInt64{}
	if id == "" {
		return seq, nil
	}
	found, err := w.row(ctx, "SELECT seq FROM resource WHERE id = ? AND kind IN (1, 2) AND deleted IS NULL", []any{id}, &seq)
	if err != nil {
		return seq, fmt.Errorf("look up the manager: %w", err)
	}
	if !found {
		return seq, scim.Bad(scim.InvalidValue, "there is no user or contact with the id %q, so it cannot be a manager", id)
	}
	return seq, nil
}

// addressesOf lists the mail addresses that nobody else may have: for work, smtp proxy addresses, and the mail of groups and contacts.
func addressesOf(doc scim.Document) []string {
	var all []string
	add := func(address string) {
		if address = scim.Fold(strings.TrimSpace(address)); address != "" {
			all = append(all, address)
		}
	}
	for _, v := range doc.List("", "emails") {
		mail, _ := v.(map[string]any)
		use, _ := mail["type"].(string)
		if use == "" || strings.EqualFold(use, "work") {
			value, _ := mail["value"].(string)
			add(value)
		}
	}
	for _, v := range doc.List(directory.SchemaOnPremises, "proxyAddresses") {
		if s, _ := v.(string); len(s) > 5 && strings.EqualFold(s[:5], "smtp:") {
			add(s[5:])
		}
	}
	add(doc.Text(directory.SchemaOnPremises, "mail"))
	slices.Sort(all)
	return slices.Compact(all)
}
