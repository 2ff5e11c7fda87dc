package cloudtarget_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/cloudtarget"
	"syncd/internal/diff"
	"syncd/internal/directory"
)

// site is a directory that the behaviour suite runs against.
type site struct {
	t       *testing.T
	address string // of the SCIM service
	token   string
	target  *cloudtarget.Target
	want    map[directory.Anchor]*expected
	lacks   string // the extension schema that the service does not have, "" for none
	twins   bool   // the service lets two resources have one externalId
}

// held is a resource as the service can hold it.
func (s *site) held(r *directory.Resource) directory.Resource {
	kept := *r
	kept.Values = slices.DeleteFunc(slices.Clone(r.Values), func(v directory.Value) bool {
		return s.lacks != "" && strings.HasPrefix(v.Attribute.Path(), s.lacks+":")
	})
	return kept
}

// expected is what a resource should look like online.
type expected struct {
	id       string
	resource *directory.Resource
	active   bool
	manager  string
	members  []string
}

func visit(t *testing.T, address, token string) *site {
	t.Helper()
	s := &site{t: t, address: address, token: token, want: map[directory.Anchor]*expected{}}
	s.target = s.newTarget(cloudtarget.Options{})
	return s
}

func (s *site) newTarget(options cloudtarget.Options) *cloudtarget.Target {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(s.token), 0o600); err != nil {
		s.t.Fatal(err)
	}
	target, err := cloudtarget.New(cloudtarget.Config{URL: s.address, TokenFile: file, Concurrency: 4}, options)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(target.Close)
	return target
}

func (s *site) apply(changes ...diff.Change) []diff.Outcome {
	s.t.Helper()
	outcomes, err := s.target.Apply(s.t.Context(), changes)
	if err != nil {
		s.t.Fatal(err)
	}
	return outcomes
}

// accepted applies changes none of which may be refused.
func (s *site) accepted(changes ...diff.Change) []diff.Outcome {
	s.t.Helper()
	outcomes := s.apply(changes...)
	for i, o := range outcomes {
		if o.Refusal != nil {
			s.t.Fatalf("%s %d is refused: %d %s %s", changes[i].Op, i, o.Refusal.Status, o.Refusal.Type, o.Refusal.Detail)
		}
	}
	return outcomes
}

// create makes resources and expects them.
func (s *site) create(op diff.Op, resources ...*directory.Resource) {
	s.t.Helper()
	changes := make([]diff.Change, len(resources))
	for i, r := range resources {
		changes[i] = diff.Change{Op: op, Kind: r.Kind, Anchor: r.Anchor, After: r}
	}
	for i, o := range s.accepted(changes...) {
		if was := s.want[resources[i].Anchor]; was != nil && (o.ID != was.id || !o.Adopted) {
			s.t.Errorf("the repeated creation of %s: %+v, want the id %s", resources[i].Name(), o, was.id)
		} else if was == nil {
			s.want[resources[i].Anchor] = &expected{id: o.ID, resource: resources[i]}
		}
	}
}

func (s *site) id(n int) string { return s.want[anchor(n)].id }

func anchor(n int) directory.Anchor { return directory.Anchor{byte(n), byte(n >> 8), 0xA5} }

// resource builds a resource; "" leaves an attribute out, "|" separates the values of a list.
func resource(kind directory.Kind, n int, values map[directory.Attribute]string) *directory.Resource {
	out := &directory.Resource{Anchor: anchor(n), Kind: kind, Enabled: true}
	for _, a := range directory.Masters() {
		if v := values[a]; v != "" && a.Info().Shape == directory.List {
			out.Values = append(out.Values, directory.Value{Attribute: a, Values: slices.Sorted(slices.Values(strings.Split(v, "|")))})
		} else if v != "" {
			out.Values = append(out.Values, directory.Value{Attribute: a, Values: []string{v}})
		}
	}
	return out
}

// employee has every attribute of a user.
func employee(n int) map[directory.Attribute]string {
	login := fmt.Sprintf("user%d@corp.example", n)
	v := map[directory.Attribute]string{
		directory.UserName: login, directory.DisplayName: fmt.Sprintf("Zoë O'Neil %d", n), directory.GivenName: "Zoë", directory.FamilyName: "O'Neil",
		directory.MiddleName: "Ł", directory.Title: `"Head"`, directory.PreferredLanguage: "nb-NO", directory.WorkEmail: login, directory.WorkPhone: "+47 1",
		directory.MobilePhone: "+47 2", directory.HomePhone: "+47 3", directory.FaxPhone: "+47 4", directory.PagerPhone: "+47 5",
		directory.StreetAddress: "Road 1\nBack door", directory.Locality: "Oslo", directory.Region: "O", directory.PostalCode: "0150", directory.Country: "NO",
		directory.EmployeeNumber: fmt.Sprint(n), directory.Department: "R&D", directory.Organization: "Corp", directory.Division: "North",
		directory.ProxyAddresses: "SMTP:" + login + "|smtp:alias" + fmt.Sprint(n) + "@corp.example|X500:/o=x", directory.MailNickname: fmt.Sprintf("user%d", n),
		directory.Mail: login, directory.Office: "B7", directory.Description: "<b>", directory.HideFromAddressLists: "false",
		directory.OnPremisesSamAccountName: fmt.Sprintf("user%d", n), directory.OnPremisesDistinguishedName: fmt.Sprintf("CN=user%d,DC=corp", n),
		directory.OnPremisesAccountEnabled: "true",
	}
	for i := range directory.Attribute(15) {
		v[directory.ExtensionAttribute1+i] = fmt.Sprint("x", i)
	}
	return v
}

// read gets a resource past the code under test; nil for a 404.
func (s *site) read(kind directory.Kind, id string) map[string]any {
	s.t.Helper()
	endpoint := map[directory.Kind]string{directory.User: "Users", directory.Group: "Groups", directory.Contact: "Contacts"}[kind]
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.address+"/"+endpoint+"/"+id, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode == http.StatusNotFound {
		return nil
	}
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		s.t.Fatalf("%v in %s", err, body)
	}
	return doc
}

// equal is the last assertion of every scenario: what is online equals what was sent, read directly and read back through the Target.
func (s *site) equal() {
	s.t.Helper()
	for _, w := range s.want {
		s.check(w)
	}
	seen := map[directory.Anchor]bool{}
	err := s.target.List(s.t.Context(), func(o diff.Online) error {
		if w := s.want[o.Anchor]; w != nil {
			seen[o.Anchor] = true
			s.readBack(w, &o)
		}
		return nil
	})
	if err != nil || len(seen) != len(s.want) {
		s.t.Errorf("%d of %d are listed: %v", len(seen), len(s.want), err)
	}
}

// readBack holds what List and Members say against what was sent: with the same values, a planner finds nothing to do.
func (s *site) readBack(w *expected, o *diff.Online) {
	s.t.Helper()
	want := diff.Online{ID: w.id, Anchor: w.resource.Anchor, Resource: s.held(w.resource), Active: w.active, ManagerID: w.manager}
	want.Resource.Enabled = o.Resource.Enabled // what is online does not tell
	if d := cmp.Diff(want, *o); d != "" {
		s.t.Errorf("%s listed (-want +got):\n%s", w.resource.Name(), d)
	}
	if w.resource.Kind != directory.Group {
		return
	}
	var members []string
	readable, err := s.target.Members(s.t.Context(), w.id, func(ids []string) error {
		members = append(members, ids...)
		return nil
	})
	slices.Sort(members)
	if err != nil || readable && !slices.Equal(members, slices.Sorted(slices.Values(w.members))) || !readable && len(w.members) > 0 {
		s.t.Errorf("members of %s: %v, %v, %v; want %v", w.resource.Name(), members, readable, err, w.members)
	}
}

// check compares one resource.
func (s *site) check(w *expected) {
	s.t.Helper()
	want := map[string]string{"externalId": w.resource.Anchor.String()}
	for _, v := range s.held(w.resource).Values {
		want[v.Attribute.Path()] = strings.Join(v.Values, "|")
	}
	if w.resource.Kind == directory.User {
		want["active"] = fmt.Sprint(w.active)
	}
	if w.manager != "" {
		want[directory.Manager+".value"] = w.manager
	}
	if len(w.members) > 0 {
		want["members"] = strings.Join(slices.Sorted(slices.Values(w.members)), "|")
	}
	got := map[string]string{}
	flatten(got, "", s.read(w.resource.Kind, w.id))
	if d := cmp.Diff(want, got); d != "" {
		s.t.Errorf("%s online (-want +got):\n%s", w.resource.Name(), d)
	}
}

// flatten writes a resource as paths and values, without what the service owns.
func flatten(into map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, child := range v {
			switch {
			case path == "" && (name == "meta" || name == "id" || name == "schemas" || name == "groups"):
			case name == "primary" || name == "$ref" || name == "type" || name == "display" || name == "displayName" && path != "":
			case path == "":
				flatten(into, name, child)
			case strings.HasPrefix(path, "urn:") && path != directory.Manager:
				flatten(into, path+":"+name, child)
			default:
				flatten(into, path+"."+name, child)
			}
		}
	case []any:
		var list []string
		for _, e := range v {
			element, ok := e.(map[string]any)
			switch {
			case !ok:
				list = append(list, fmt.Sprint(e))
			case path == "members":
				list = append(list, fmt.Sprint(element["value"]))
			default:
				flatten(into, fmt.Sprintf("%s[type eq %q]", path, element["type"]), element)
			}
		}
		if path == "members" {
			slices.Sort(list)
		}
		if len(list) > 0 {
			into[path] = strings.Join(list, "|")
		}
	default:
		into[path] = fmt.Sprint(v)
	}
}
