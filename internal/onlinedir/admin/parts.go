package admin

// What the templates of parts.html take. A page that needs a part has a field of its type.

// searchBox is the search of a list: {{template "search" .Search}}.
type searchBox struct {
	Action string // where the list is
	Query  string
	Label  string // what can be searched: "Search name, address, department"
	Keep   []hidden
}

// hidden is a field of a form that nobody sees.
type hidden struct{ Name, Value string }

// paging leads through a list: {{template "paging" .Paging}}.
type paging struct {
	First string // empty on the first page
	Next  string // empty on the last one
}

// empty says what to do next where there is nothing: {{template "empty" .Empty}}.
type empty struct {
	Text   string
	Action *link
}

// input is one field of a form: {{template "input" (input "name" "Name" .Name)}}, or a field of the page's data.
type input struct {
	Name, Label, Value string

	Type      string // of HTML; "textarea", "select" and "checkbox" too; empty for "text"
	Hint      string // one sentence under it
	Required  bool
	Options   []option // of a select
	Complete  string   // autocomplete: "current-password", "off", ...
	Checked   bool     // of a checkbox
	Locked    bool     // it is shown and cannot be changed; for text alone
	Described string   // id of what says more about it, instead of a hint
	Error     string   // why its value was refused
}

type option struct {
	Value, Label string
	Selected     bool
}

func newInput(name, label, value string) input { return input{Name: name, Label: label, Value: value} }

// confirmation asks before something that cannot simply be taken back: {{template "confirm" .}}.
type confirmation struct {
	frame
	Text   []string // what will happen, sentence by sentence
	Name   string   // of whom or of what
	Action string   // where the form posts to
	Keep   []hidden
	Button string
	Danger bool
	Cancel string // where the way back leads
}

// confirm asks for a confirmation.
func (v *visit) confirm(c confirmation, title, lead string) error {
	f, err := v.frame(title, lead)
	if err != nil {
		return err
	}
	c.frame = f
	return v.show("confirm", c)
}
