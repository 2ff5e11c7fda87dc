package dit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
)

// replica is what a reader knows who only ever applied deltas: values by object and attribute, links apart.
type replica struct {
	incremental bool
	since       uint64
	objects     map[directory.Anchor]map[string][]string
}

// pull applies what changed since the last time.
func (r *replica) pull(t *Tree) {
	t.ChangedAfter(r.since, func(e *Entry) bool {
		o := r.objects[e.guid]
		if o == nil {
			o = map[string][]string{}
			r.objects[e.guid] = o
		}
		t.Changes(e, r.since, r.incremental, func(c Change) {
			name := c.Attribute.Name
			switch c.Option {
			case "":
				o[name] = t.Text(e, name)
			case ValueAdded:
				if !slices.Contains(o[name], c.Link.guid.GUID()) {
					o[name] = append(o[name], c.Link.guid.GUID())
				}
			case ValueRemoved:
				o[name] = slices.DeleteFunc(o[name], func(s string) bool { return s == c.Link.guid.GUID() })
			}
		})
		return true
	})
	r.since = t.USN()
}

// check compares the replica with what a full read of the living shows. Links are compared where they are reported one by one: as a
// whole they hold names, and a target that is renamed leaves an old one behind.
func (r *replica) check(t *Tree) error {
	for _, e := range t.all {
		if e.state != live {
			if got := r.objects[e.guid]["isDeleted"]; !cmp.Equal(got, []string{"TRUE"}) {
				return fmt.Errorf("the deletion of %s did not arrive: %v", e.DN(), got)
			}
			continue
		}
		for a := range t.Attributes(e) {
			if a.local || a.links != nil || a.Name == "distinguishedName" || a.get != nil && a.Name != "name" {
				continue
			}
			want, got := t.Text(e, a.Name), r.objects[e.guid][a.Name]
			if a.forward {
				if !r.incremental || e.usnDeleted != 0 {
					continue
				}
				if want, got = r.links(t, e, a), r.living(t, got); !cmp.Equal(want, got) {
					return fmt.Errorf("%s of %s is %v, the replica has %v", a.Name, e.DN(), want, got)
				}
				continue
			}
			if !cmp.Equal(want, got) {
				return fmt.Errorf("%s of %s is %v, the replica has %v", a.Name, e.DN(), want, got)
			}
		}
	}
	return nil
}

func (r *replica) links(t *Tree, e *Entry, a *AttributeType) []string {
	list := []string{}
	for to := range e.forwards(a) {
		if to.usnDeleted == 0 {
			list = append(list, to.guid.GUID())
		}
	}
	slices.Sort(list)
	return list
}

// living drops links to who is or was deleted: every reader must drop the former by itself and look up the latter.
func (r *replica) living(t *Tree, guids []string) []string {
	list := []string{}
	for _, text := range guids {
		if g, ok := parseGUID(text); ok && t.byGUID[g].usnDeleted == 0 {
			list = append(list, text)
		}
	}
	slices.Sort(list)
	return list
}

// invariants are what must hold of a tree at any time.
func invariants(t *Tree) error {
	for _, e := range t.all {
		if e.parent != nil && t.byPlace[place{e.parent, (rdn{strings.SplitN(e.rdn, "=", 2)[0], e.name}).key()}] != e {
			return fmt.Errorf("%s is not indexed under its name", e.DN())
		}
		for _, set := range e.links {
			for _, v := range set.live {
				if !slices.Contains(v.to.backs, backLink{e, set.id}) {
					return fmt.Errorf("%s links to %s, which does not know", e.DN(), v.to.DN())
				}
			}
		}
		for _, b := range e.backs {
			if set := b.from.linksOf(b.id); set == nil || !slices.ContainsFunc(set.live, func(v linkValue) bool { return v.to == e }) {
				return fmt.Errorf("%s believes to be linked from %s", e.DN(), b.from.DN())
			}
		}
		if sam := e.get(t.Attribute("sAMAccountName").id).First(); e.state == live && sam != "" && t.bySAM[fold(sam)] != e {
			return fmt.Errorf("%s is not indexed under its account name", e.DN())
		}
	}
	return nil
}

// Law: whoever applies every delta knows what a full read shows, and the tree stays sound, whatever happens in between.
func TestDeltasTellEverything(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tree := newTree(t, func(o *Options) { o.RecycleBin = rapid.Bool().Draw(r, "bin") })
		readers := []*replica{
			{incremental: true, objects: map[directory.Anchor]map[string][]string{}},
			{objects: map[directory.Anchor]map[string][]string{}},
		}
		places := []*Entry{mustAdd(t, tree, "OU=A,"+base, attrs("organizationalUnit")), mustAdd(t, tree, "OU=B,"+base, attrs("organizationalUnit"))}
		var people, groups []*Entry
		n := 0
		draw := func(list []*Entry) *Entry { return list[rapid.IntRange(0, len(list)-1).Draw(r, "which")] }
		anyone := func() *Entry { return draw(slices.Concat(people, groups)) }
		where := func() string { return draw(places).DN() }
		fresh := func(class string) *Entry {
			n++
			return mustAdd(t, tree, fmt.Sprintf("CN=%s %d,%s", class, n, where()), attrs(class))
		}
		people, groups = append(people, fresh("user")), append(groups, fresh("group"))
		attempt := func(err error) { // refusals are part of life: the laws must hold all the same
			if err != nil && codeOf(err) == 0 {
				r.Fatal(err)
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) {
				if err := invariants(tree); err != nil {
					r.Fatal(err)
				}
			},
			"join": func(*rapid.T) { people = append(people, fresh("user")) },
			"form": func(*rapid.T) { groups = append(groups, fresh("group")) },
			"title": func(*rapid.T) {
				attempt(tree.Modify(anyone().DN(), false, replace("description", rapid.StringN(1, 3, -1).Draw(r, "text"))))
			},
			"empty":  func(*rapid.T) { attempt(tree.Modify(anyone().DN(), false, replace("description"))) },
			"rename": func(*rapid.T) { n++; attempt(tree.Rename(anyone().DN(), fmt.Sprintf("CN=renamed %d", n), true, "")) },
			"move": func(*rapid.T) {
				e := anyone()
				attempt(tree.Rename(e.DN(), e.rdn, true, where()))
			},
			"delete": func(*rapid.T) { attempt(tree.Delete(anyone().DN(), false)) },
			"restore": func(*rapid.T) {
				n++
				attempt(tree.Modify(anyone().DN(), true, []Modification{{ModifyDelete, "isDeleted", nil}, {ModifyReplace, "distinguishedName", []string{fmt.Sprintf("CN=back %d,%s", n, where())}}}))
			},
			"enter": func(*rapid.T) {
				attempt(tree.Modify(draw(groups).DN(), false, []Modification{{ModifyAdd, "member", []string{anyone().DN()}}}))
			},
			"exit": func(*rapid.T) {
				attempt(tree.Modify(draw(groups).DN(), false, []Modification{{ModifyDelete, "member", []string{anyone().DN()}}}))
			},
			"manage": func(*rapid.T) {
				attempt(tree.Modify(draw(people).DN(), false, replace("manager", anyone().DN())))
			},
			"read": func(*rapid.T) {
				for _, reader := range readers {
					reader.pull(tree)
					if err := reader.check(tree); err != nil {
						r.Fatal(err)
					}
				}
			},
		})
	})
}
