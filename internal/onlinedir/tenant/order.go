package tenant

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// order is one way to sort a list: by columns, and by seq among those that are alike.
type order struct {
	columns []string // of resource r, none of them NULL in the index
	index   string   // resource's index on kind, state and the columns
	partial string   // the condition of a partial index
	whole   bool     // the index has neither kind nor state
}

// The names of the orders, for UserQuery.Sort.
const (
	ByName       = "name"
	ByUser       = "user"
	ByDepartment = "department"
	ByChanged    = "changed"
	BySynced     = "synced" // when synchronisation changed it last; leaves out what never was synchronised
)

// orderOf finds the order of a name; an unknown one is the order of names. What is deleted has no user name.
func orderOf(sort string, deleted bool) order {
	switch {
	case sort == ByUser && !deleted:
		return order{columns: []string{"r.user_name"}, index: "resource_user", partial: "r.user_name IS NOT NULL"}
	case sort == ByDepartment:
		return order{columns: []string{"r.department", "r.display_name"}, index: "resource_department"}
	case sort == ByChanged:
		return order{columns: []string{"r.modified"}, index: "resource_modified"}
	case sort == BySynced:
		return order{columns: []string{"r.synced"}, index: "resource_synced", partial: "r.synced IS NOT NULL"}
	}
	return order{columns: []string{"r.display_name"}, index: "resource_view"}
}

// position is where a row stands in an order: the values of the columns (string or int64), and seq at the end.
type position []any

func (p position) compare(other position) int {
	return slices.CompareFunc(p, other, func(a, b any) int {
		if s, ok := a.(string); ok {
			o, _ := b.(string)
			return strings.Compare(s, o) // bytes, as SQLite's BINARY
		}
		n, _ := a.(int64)
		o, _ := b.(int64)
		return cmp.Compare(n, o)
	})
}

// cursor is where a page ended: in which phase of the list, and after which row.
type cursor struct {
	Phase int      `json:"p"`
	Order []string `json:"o"` // the columns, so that a cursor of another list is noticed
	After position `json:"a"`
}

func (c *cursor) String() string {
	if c == nil {
		return ""
	}
	text, err := json.Marshal(c)
	if err != nil {
		return "" // strings and numbers always have a form
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseCursor reads a page's Next; nil for the first page. What it was not, or what belongs to a list in another order, is a fault.
func parseCursor(s string, phases []phase) (*cursor, error) {
	if s == "" {
		return nil, nil
	}
	damaged := &directory.Fault{Class: directory.Usage, Cause: "the link to this page of the list is damaged or out of date", Remedy: "begin at the first page"}
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, damaged
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	var c cursor
	if err := decoder.Decode(&c); err != nil || c.Phase < 0 || c.Phase >= len(phases) {
		return nil, damaged
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, damaged
	}
	columns := phases[c.Phase].columns
	if !slices.Equal(columns, c.Order) || len(c.After) != 0 && len(c.After) != len(columns)+1 {
		return nil, damaged
	}
	for i, v := range c.After {
		switch v := v.(type) {
		case string:
		case json.Number:
			if c.After[i], err = v.Int64(); err != nil {
				return nil, damaged
			}
		default:
			return nil, damaged
		}
	}
	return &c, nil
}
