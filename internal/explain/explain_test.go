package explain

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
	"syncd/internal/syncer"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// forest is a source with what it holds; what a pass needs beyond it is never asked for here.
type forest struct {
	syncer.Session
	objects []directory.Object
	hidden  bool
}

func (f *forest) Server() string { return "dc1" }
func (f *forest) Close()         {}

func (f *forest) Pilot(context.Context) (map[directory.Anchor]struct{}, error) { return nil, nil }
func (f *forest) Readable(context.Context, string) (bool, error)               { return !f.hidden, nil }

func (f *forest) Find(_ context.Context, name string) (found []directory.Object, err error) {
	for _, o := range f.objects {
		if o.Attributes.First("sAMAccountName") == name {
			found = append(found, o)
		}
	}
	return found, nil
}

func (f *forest) Near(context.Context, string) ([]string, error) {
	return []string{"annette", "anna"}, nil
}

func (f *forest) Lookup(_ context.Context, anchors []directory.Anchor, emit func(*directory.Object) error) (err error) {
	for _, o := range f.objects {
		if o.GUID == anchors[0] {
			err = errors.Join(err, emit(&o))
		}
	}
	return err
}

// memory is a store with what it remembers.
type memory struct {
	entries map[directory.Anchor]diff.Entry
	pushes  map[directory.Anchor]*directory.Push
	refused []directory.RefusedObject
	held    []directory.HeldObject
}

func (m *memory) State() (s diff.State, err error) { return s, nil }
func (m *memory) Entry(a directory.Anchor) (diff.Entry, bool, error) {
	e, ok := m.entries[a]
	return e, ok, nil
}
func (m *memory) AnchorOf(directory.Anchor) (a directory.Anchor, found bool, err error) { return }
func (m *memory) RefusedOf(directory.Anchor) ([]directory.RefusedObject, error) {
	return m.refused, nil
}
func (m *memory) HeldOf(directory.Anchor) ([]directory.HeldObject, error) { return m.held, nil }
func (m *memory) LastPush(a directory.Anchor) (*directory.Push, error)    { return m.pushes[a], nil }

func (m *memory) EachName(visit func(directory.Anchor, bool, []string)) error {
	for a, e := range m.entries {
		visit(a, e.Departed, []string{e.Resource.First(directory.UserName)})
	}
	for a, p := range m.pushes {
		if p.Gone != nil {
			visit(a, true, p.Gone.Names)
		}
	}
	return nil
}

func ann(control string) directory.Object {
	a := directory.Attributes{"sAMAccountName": {"ann"}, "displayName": {"Ann"}, "userPrincipalName": {"ann@corp.example"}, "title": {"Boss"}}
	if control != "" {
		a["userAccountControl"] = []string{control}
	}
	return directory.Object{Anchor: directory.Anchor{1}, GUID: directory.Anchor{1}, Kind: directory.User, DN: "CN=Ann,OU=Staff,DC=corp,DC=example", Changed: noon, Attributes: a}
}

func entry(departed bool) map[directory.Anchor]diff.Entry {
	r := directory.Resource{Anchor: directory.Anchor{1}, Kind: directory.User, Enabled: true, Values: []directory.Value{
		{Attribute: directory.UserName, Values: []string{"ann@corp.example"}}, {Attribute: directory.DisplayName, Values: []string{"Ann"}},
	}}
	return map[directory.Anchor]diff.Entry{{1}: {ID: "7", Resource: r, Departed: departed}}
}

// TestTheSentence goes through what keeps somebody from being online as Active Directory has it.
func TestTheSentence(t *testing.T) {
	tombstone := directory.Object{Anchor: directory.Anchor{1}, GUID: directory.Anchor{1}, Deleted: true, Changed: noon, LastKnownParent: "OU=Staff,DC=corp,DC=example", Attributes: directory.Attributes{"sAMAccountName": {"ann"}}}
	elsewhere, missed := ann("512"), ann("512")
	elsewhere.DN, missed.FilterMiss = "CN=Ann,OU=Guests,DC=corp,DC=example", true
	gone := map[directory.Anchor]*directory.Push{{1}: {Op: "depart", At: noon, Gone: &directory.Gone{Kind: "user", Name: "Ann", Names: []string{"ann"}, Evidence: "left scope"}}}
	for name, c := range map[string]struct {
		asked  string
		source forest
		memory memory
		active error
		want   State
		says   string
	}{
		"waits":           {"ann", forest{objects: []directory.Object{ann("512")}}, memory{}, nil, Waiting, "Ann <ann@corp.example> is not online yet"},
		"active":          {"ann", forest{objects: []directory.Object{ann("512")}}, memory{entries: entry(false)}, nil, Active, "is online and active; the next pass changes title, "},
		"not to be asked": {"ann", forest{objects: []directory.Object{ann("512")}}, memory{entries: entry(false)}, errors.New("no answer"), Present, "is online; the next pass"},
		"disabled":        {"ann", forest{objects: []directory.Object{ann("514")}}, memory{entries: entry(false)}, errors.New("no answer"), Blocked, "disabled or expired in Active Directory"},
		"unreadable":      {"ann", forest{objects: []directory.Object{ann("")}}, memory{entries: entry(false)}, nil, Unreadable, "stays online as it is: its userAccountControl cannot be read"},
		"elsewhere":       {"ann", forest{objects: []directory.Object{elsewhere}}, memory{}, nil, OutOfScope, "no included container, but at CN=Ann,OU=Guests,DC=corp,DC=example (source.scope.include, c.yaml:5)"},
		"departed, kept":  {"ann", forest{objects: []directory.Object{elsewhere}}, memory{entries: entry(true)}, nil, OutOfScope, "is online, and blocked, because it is out of scope"},
		"filtered":        {"ann", forest{objects: []directory.Object{missed}}, memory{}, nil, Filtered, "does not match the filter (source.scope.filter, c.yaml:5)"},
		"no right":        {"ann", forest{objects: []directory.Object{missed}, hidden: true}, memory{}, nil, Unreadable, "too little of it can be read"},
		"tombstone":       {"ann", forest{objects: []directory.Object{tombstone}}, memory{}, nil, Deleted, "ann is not online because it was deleted in Active Directory"},
		"to depart":       {"ann", forest{objects: []directory.Object{tombstone}}, memory{entries: entry(false)}, nil, Deleted, "is still online, and departs with the next pass"},
		"departed":        {"ann", forest{}, memory{pushes: gone}, nil, Deleted, "departed on 2026-11-26 12:00 UTC: left scope. Its tombstone is gone"},
		"vanished":        {"ann@corp.example", forest{}, memory{entries: entry(false)}, nil, Vanished, "without evidence it stays as it is"},
		"held": {
			"ann",
			forest{objects: []directory.Object{tombstone}},
			memory{entries: entry(false), held: []directory.HeldObject{{Op: "depart", Plan: "P", Cause: "deleted in Active Directory"}}},
			nil, Held, "stays online until an operator decides about plan P",
		},
		"refused": {
			"ann",
			forest{objects: []directory.Object{ann("512")}},
			memory{refused: []directory.RefusedObject{{Op: "create", Reason: "the name is taken."}}},
			nil, Refused, "because the online directory refuses it: the name is taken.",
		},
		"only a membership is refused": {
			"ann",
			forest{objects: []directory.Object{ann("512")}},
			memory{entries: entry(false), refused: []directory.RefusedObject{{Op: "add_member", Other: directory.Anchor{2}}}},
			nil, Active, "is online and active",
		},
		"nobody": {"anne", forest{}, memory{}, nil, NeverExisted, "Nobody in Active Directory has the name anne"},
	} {
		e, err := explainer(&c.source, &c.memory, c.active).Explain(t.Context(), c.asked)
		if err != nil || e.State != c.want || !strings.Contains(e.Sentence, c.says) {
			t.Errorf("%s: %v, %+v", name, err, e)
		}
	}
}

func explainer(source *forest, m *memory, asked error) *Explainer {
	return &Explainer{
		Open:   func(context.Context, []directory.Container) (Source, error) { return source, nil },
		Memory: m, Now: func() time.Time { return noon }, Where: func(string) string { return "c.yaml:5" },
		Scope: func(syncer.Session, map[directory.Anchor]struct{}) mapping.Scope {
			return mapping.Scope{Include: []directory.Container{{DN: "OU=Staff,DC=corp,DC=example"}}, Kinds: directory.Kinds(), FilterAttributes: []string{"department"}}
		},
		Domains: func(context.Context) (mapping.Domains, error) { return mapping.Domains{}, nil },
		Active:  func(context.Context, string) (bool, error) { return asked == nil, asked },
		Mapping: mapping.Config{User: map[string]string{"title": "title"}},
	}
}

// TestWhereAnAttributeComesFrom: the attributes of Active Directory, and the line of a rule.
func TestWhereAnAttributeComesFrom(t *testing.T) {
	e, err := explainer(&forest{objects: []directory.Object{ann("512")}}, &memory{entries: entry(false)}, nil).Explain(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range e.Attributes {
		switch a.Name {
		case "userName":
			if !a.Same || a.From[0] != "userPrincipalName" || a.Rule != "" {
				t.Errorf("%+v", a)
			}
		case "title":
			if a.Same || a.Rule != "mapping.user.title" || a.Where != "c.yaml:5" {
				t.Errorf("%+v", a)
			}
		}
	}
}

// TestNamesLikeTheOneThatNobodyHas: the nearest ones, and none that are far.
func TestNamesLikeTheOneThatNobodyHas(t *testing.T) {
	e, err := explainer(&forest{}, &memory{}, nil).Explain(t.Context(), "anne")
	if err != nil || strings.Join(e.Near, " ") != "anna" {
		t.Errorf("%q %v", e.Near, err)
	}
}

// TestAFamilyNameIsLikeTheWholeName, and accents are not what sets names apart.
func TestAFamilyNameIsLikeTheWholeName(t *testing.T) {
	for asked, want := range map[string]string{"Novak": "Květa Novák", "kveta novak": "Květa Novák", "novak@corp.example": "", "Řehoř": "Rehor Fiala"} {
		if got := strings.Join(nearest(asked, []string{"Květa Novák", "Rehor Fiala", "svc-backup"}), ", "); got != want {
			t.Errorf("%s: %q, want %q", asked, got, want)
		}
	}
}

// TestANameOfSeveralIsAMistake: and the answer names them.
func TestANameOfSeveralIsAMistake(t *testing.T) {
	other := ann("512")
	other.GUID, other.DN = directory.Anchor{2}, "CN=Ann 2,OU=Staff,DC=corp,DC=example"
	_, err := explainer(&forest{objects: []directory.Object{ann("512"), other}}, &memory{}, nil).Explain(t.Context(), "ann")
	if directory.ClassOf(err) != directory.Usage || !strings.Contains(err.Error(), "CN=Ann 2,OU=Staff,DC=corp,DC=example; CN=Ann,OU=Staff") {
		t.Error(err)
	}
}
