package tenant

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Address is one line of the address list.
type Address struct {
	ID, Kind, Name, Title, Department, Office, Phone, Mail string
}

// AddressPage is a page of the address list.
type AddressPage struct {
	Entries []Address
	Next    string
	Partial string // see UserPage
}

// AddressList is what a person sees who looks somebody up: people, contacts and groups with an address, by name, but for those that Active
// Directory hides from address lists. A search is for the beginning of a name, a department, an address or a telephone number (whatever stands
// between its digits), else for a part of a name. One that finds thousands is ordered by what it found: names first.
func (t *Tenant) AddressList(ctx context.Context, q ListQuery) (page AddressPage, err error) {
	search := scim.Fold(strings.TrimSpace(q.Search))
	err = t.Read(ctx, func(r *Reader) error {
		way, err := r.addressRoute(ctx, search)
		if err != nil {
			return err
		}
		list, partial, err := r.walkRoute(ctx, way, search, q.After, limitOf(q.Limit))
		if err != nil {
			return err
		}
		page.Next, page.Partial = list.next.String(), partial
		page.Entries = make([]Address, len(list.rows))
		return r.recordsAt(ctx, list.rows, func(i int, record *Record) error {
			page.Entries[i] = addressOf(record)
			return nil
		})
	})
	if err != nil {
		return AddressPage{}, fmt.Errorf("read the address list: %w", err)
	}
	return page, nil
}

func addressOf(record *Record) Address {
	doc := record.Document
	return Address{
		ID: record.ID, Kind: record.Type.Name, Name: listedOf(record).Name, Title: doc.Text("", "title"), Mail: mailOf(doc), Phone: phoneFor(doc, "work"),
		Department: doc.Text(directory.SchemaEnterprise, "department"), Office: doc.Text(directory.SchemaOnPremises, "office"),
	}
}

// inAddressList is the address list as one walk in the order of names.
func inAddressList() phase {
	return phase{
		order: order{columns: []string{"r.display_name"}, index: "resource_listed"}, from: "resource r INDEXED BY resource_listed",
		fixed: []clause{{text: "r.listed = 1"}},
	}
}

func (r *Reader) addressRoute(ctx context.Context, search string) (route, error) {
	if search == "" {
		return route{phases: []phase{inAddressList()}}, nil
	}
	s := listing{kinds: everyKind(), states: []State{Waiting, Enabled, Blocked}, search: search, order: orderOf(ByName, false)}
	phases := s.lookedUp()
	seqs, err := r.collect(ctx, phases)
	switch {
	case err != nil:
		return route{}, err
	case len(seqs) == 0:
		p := inAddressList()
		p.conditions, p.look = []clause{{"instr(r.display_name, ?)", []any{search}}}, atEntries
		return route{phases: []phase{p}, inside: true}, nil
	case len(seqs) <= r.tenant.bounds.sorted:
		p, err := s.sorted(seqs)
		return route{phases: []phase{p}}, err
	}
	return route{phases: phases}, nil
}

// lookedUp are the phases of a search in the address list: those of every search and then departments and telephone numbers.
func (s listing) lookedUp() []phase {
	phases := s.begun(s.search)
	phases[0].from, phases[0].ranges, phases[0].fixed = inAddressList().from, nil, inAddressList().fixed
	earlier := []clause{{"NOT " + s.either().text, s.either().args}}
	department := s.inDepartments()
	department.conditions = slices.Clone(earlier)
	phases = append(phases, department)
	if number := digits(s.search); len(number) >= 3 && strings.Trim(s.search, "0123456789+()-/. ") == "" {
		phases = append(phases, phase{
			order: order{columns: []string{"r.phone"}, partial: "r.phone IS NOT NULL"}, from: "resource r INDEXED BY resource_phone",
			low: number, high: number + greatest,
			conditions: append(slices.Clone(earlier), clause{"NOT (r.department >= ? AND r.department < ?)", []any{s.search, s.search + greatest}}),
		})
	}
	for i := range phases {
		if i > 0 {
			phases[i].asked, phases[i].look = append(phases[i].asked, clause{text: "r.listed = 1"}), atRows
		}
	}
	return phases
}
