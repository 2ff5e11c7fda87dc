package admin

import (
	"fmt"
	"net/http"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

func auditSection() section {
	return section{"audit", "Audit", "/audit", tenant.OnlyReader, []route{
		{"GET /audit", tenant.OnlyReader, (*visit).audit},
		{"GET /audit.csv", tenant.OnlyReader, (*visit).auditCSV},
	}}
}

// auditPage is the log of who did what.
type auditPage struct {
	frame
	Actor, What, From, To, Text input
	Resource                    string
	Filtered                    bool // some field restricts
	Entries                     []tenant.Entry
	Paging                      paging
	Partial                     string // why the page is short
	CSV                         string
	Empty                       empty
}

// day is how a date is written in a form.
const day = "2006-01-02"

// auditQuery is what the address asks for. Days begin and end in UTC; the last one counts whole.
func (v *visit) auditQuery() (tenant.AuditQuery, error) {
	q := tenant.AuditQuery{
		Actor: v.value("who"), Action: tenant.Action(v.value("what")), Resource: v.value("resource"), Search: v.value("q"), After: v.value("after"),
	}
	for _, bound := range []struct {
		name string
		at   *time.Time
		days int
	}{{"from", &q.Since, 0}, {"to", &q.Until, 1}} {
		text := v.value(bound.name)
		if text == "" {
			continue
		}
		t, err := time.Parse(day, text)
		if err != nil {
			return q, &directory.Fault{Class: directory.Usage, Cause: fmt.Sprintf("%q is no day", text), Remedy: "write it as 2026-01-31", Err: status(http.StatusBadRequest)}
		}
		*bound.at = t.AddDate(0, 0, bound.days)
	}
	return q, nil
}

// auditPath is an address with the filters of this page.
func (v *visit) auditPath(path, after string) string {
	return withQuery(path, "who", v.value("who"), "what", v.value("what"), "from", v.value("from"), "to", v.value("to"), "q", v.value("q"),
		"resource", v.value("resource"), "after", after)
}

func (v *visit) audit() error {
	q, err := v.auditQuery()
	if err != nil {
		return err
	}
	list, err := v.tenant.Audit(v.ctx(), q)
	if err != nil {
		return err
	}
	f, err := v.frame("Audit log", "who did what, the latest first; times are in UTC")
	if err != nil {
		return err
	}
	page := auditPage{frame: f, Entries: list.Entries, Partial: list.Partial, Resource: q.Resource, CSV: v.auditPath("/audit.csv", "")}
	page.Filtered = v.auditPath("/audit", "") != "/audit"
	page.Actor, page.Text = newInput("who", "Who", q.Actor), newInput("q", "Text", q.Search)
	page.From, page.To = newInput("from", "From", v.value("from")), newInput("to", "To", v.value("to"))
	page.From.Type, page.To.Type = "date", "date"
	page.What = input{Name: "what", Label: "What", Type: "select", Options: []option{{"", "anything", q.Action == ""}}}
	for _, a := range tenant.Actions() {
		page.What.Options = append(page.What.Options, option{string(a), string(a), a == q.Action})
	}
	if q.After != "" {
		page.Paging.First = v.auditPath("/audit", "")
	}
	if list.Next != "" {
		page.Paging.Next = v.auditPath("/audit", list.Next)
	}
	page.Empty = empty{Text: "Nobody has done anything yet. Sign-ins, changes and what synchronisation blocks or removes appear here."}
	if page.Filtered {
		page.Empty = empty{"Nothing in the log matches.", &link{"Show the whole log", "/audit"}}
	}
	return v.show("audit", page)
}
