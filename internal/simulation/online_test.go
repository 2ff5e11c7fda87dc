package simulation_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// template is a fresh online directory, made once for all histories: hashing its administrator's password alone takes longer than
// most of them.
type template struct {
	place string // a folder in memory, where there is such a place
	data  []byte
	token directory.Secret
}

func newTemplate() (t *template, err error) {
	t = &template{place: "/dev/shm"}
	if _, err := os.Stat(t.place); err != nil {
		t.place = ""
	}
	dir, err := os.MkdirTemp(t.place, "syncd-simulation-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := onlinedir.Init(dir, onlinedir.Options{Tenant: "Contoso", Admin: "admin", Password: "planted-online-passw0rd", EnableSync: true, AnyDomain: true}); err != nil {
		return nil, err
	}
	d, err := onlinedir.Open(context.Background(), dir, zap.NewNop())
	if err != nil {
		return nil, err
	}
	if t.token, err = d.NewToken(context.Background(), "syncd"); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	t.data, err = os.ReadFile(filepath.Join(dir, tenant.File))
	return t, err
}

// online is the online directory behind its troubles.
type online struct {
	world  *world
	folder string
	token  directory.Secret
	bulk   bool // whether it says that it takes bulk requests
	dir    *onlinedir.Directory
	inner  http.Handler
	server *http.Server

	mu       sync.Mutex
	requests int // of this pass
	trouble  trouble
	refuses  map[directory.Anchor]int // objects that it refuses, with the status
	drifted  bool                     // an administrator changed what is syncd's to say
	marks    map[string]string        // what an administrator wrote into attributes that are not syncd's, by id
}

const onlineHost = "127.0.0.1:80"

func openOnline(w *world, t *template, folder string, bulk bool) (*online, error) {
	o := &online{world: w, folder: folder, token: t.token, bulk: bulk, refuses: map[directory.Anchor]int{}, marks: map[string]string{}}
	if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(filepath.Join(folder, tenant.File), t.data, 0o600)); err != nil {
		return nil, err
	}
	if err := o.open(); err != nil {
		return nil, err
	}
	o.server = &http.Server{Handler: o}
	go func() { _ = o.server.Serve(w.network.listen(onlineHost, nil)) }() // it ends with close
	return o, nil
}

func (o *online) open() (err error) {
	if o.dir, err = onlinedir.Open(context.Background(), o.folder, zap.NewNop()); err == nil {
		o.inner = o.dir.Handler()
	}
	return err
}

func (o *online) close() error { return errors.Join(o.server.Close(), o.dir.Close()) }

// owner is the anchor that a resource carries; zero for one that is not there, or that is not syncd's.
func (o *online) owner(path string) (directory.Anchor, map[string]any) {
	a := o.ask(http.MethodGet, prefix+path+"?excludedAttributes=members", nil)
	var doc map[string]any
	if err := json.Unmarshal(a.Body.Bytes(), &doc); err != nil || a.Code != http.StatusOK {
		return directory.Anchor{}, nil
	}
	external, _ := doc["externalId"].(string)
	anchor, err := directory.ParseAnchor(external)
	if err != nil {
		return directory.Anchor{}, doc
	}
	return anchor, doc
}

// anchorOf is the anchor of whoever has an id.
func (o *online) anchorOf(id string) directory.Anchor {
	for _, endpoint := range []string{"Users", "Groups", "Contacts"} {
		if a, doc := o.owner("/" + endpoint + "/" + id); doc["id"] == id {
			return a
		}
	}
	return directory.Anchor{}
}

// resource is one that is online.
type resource struct {
	kind    directory.Kind
	id      string
	anchor  directory.Anchor // zero where it is not syncd's
	version int64
	doc     scim.Document
	manager string // id
	members []string
}

func (r *resource) active() bool { return r.doc["active"] == true }

// all reads everything that is online, by id.
func (o *online) all() (map[string]*resource, error) {
	found := map[string]*resource{}
	ctx := context.Background()
	err := o.dir.Read(ctx, func(r *tenant.Reader) error {
		for _, endpoint := range []string{"Users", "Contacts", "Groups"} {
			kind := o.dir.Catalogue().ByEndpoint(endpoint)
			var groups []*tenant.Record
			_, err := r.List(ctx, kind, nil, 1, 1000, func(rec *tenant.Record) error {
				one := &resource{kind: kind.Kind, id: rec.ID, version: rec.Version, doc: rec.Document}
				if rec.Manager != nil {
					one.manager = rec.Manager.Value
				}
				if a, err := directory.ParseAnchor(rec.Document.Text("", "externalId")); err == nil {
					one.anchor = a
				}
				found[rec.ID] = one
				if kind.Kind == directory.Group {
					groups = append(groups, rec)
				}
				return nil
			})
			for _, g := range groups {
				err = errors.Join(err, r.Members(ctx, g, func(m tenant.Member) error {
					found[g.ID].members = append(found[g.ID].members, m.Value)
					return nil
				}))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// of is who is online under a name of the history, nil for nobody.
func (o *online) of(name string) (*resource, error) {
	all, err := o.all()
	if err != nil {
		return nil, err
	}
	a, known := o.world.forest.known(name)
	for _, r := range all {
		if known && r.anchor == a {
			return r, nil
		}
	}
	return nil, nil
}

// heal ends every trouble.
func (o *online) heal() error {
	o.trouble, o.refuses = trouble{}, map[directory.Anchor]int{}
	return o.dir.SetSyncEnabled(context.Background(), true)
}

// versions tells two states apart.
func versions(all map[string]*resource) []string {
	var list []string
	for id, r := range all {
		list = append(list, id+" "+itoa(int(r.version))+" "+r.doc.Text("", "displayName"))
	}
	slices.Sort(list)
	return list
}
