package simulation_test

import (
	"context"
	"errors"
	"net/http"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// atAdministrators are the events that happen online.
func atAdministrators() map[string]func(o *online, e event) error {
	return map[string]func(o *online, e event) error{
		"activate":   func(o *online, e event) error { return o.setActive(e.arg(0), true) },
		"deactivate": func(o *online, e event) error { return o.setActive(e.arg(0), false) },
		"remove-online": func(o *online, e event) error {
			r, err := o.of(e.arg(0))
			if err != nil || r == nil {
				return err
			}
			o.world.watch.lost[r.id] = true
			delete(o.marks, r.id)
			return o.dir.Write(context.Background(), func(w *tenant.Writer) error {
				return w.Delete(context.Background(), o.kindOf(r), r.id, "")
			})
		},
		"mark": func(o *online, e event) error {
			r, err := o.of(e.arg(0))
			if err != nil || r == nil || r.kind != directory.User {
				return err
			}
			if enabled, err := o.dir.SyncEnabled(context.Background()); err != nil || !enabled {
				return err
			}
			o.marks[r.id] = e.arg(1)
			return o.patch(r, "nickName", e.arg(1))
		},
		"native": func(o *online, e event) error {
			return o.dir.Write(context.Background(), func(w *tenant.Writer) error {
				_, err := w.Create(context.Background(), o.dir.Catalogue().ByEndpoint("Users"), scim.Document{
					"userName": e.arg(0) + "@contoso.online.example", "displayName": e.arg(0), "active": true,
					"emails": []any{map[string]any{"type": "work", "value": e.arg(1)}},
				})
				if _, taken := scim.AsError(err); taken {
					return nil
				}
				return err
			})
		},
		"refuse": func(o *online, e event) error {
			if a, known := o.world.forest.guids[e.arg(0)]; known {
				o.refuses[a] = atoi(e.arg(1))
			}
			return nil
		},
		"accept": func(o *online, e event) error {
			delete(o.refuses, o.world.forest.guids[e.arg(0)])
			return nil
		},
		"sync-off": func(o *online, _ event) error { return o.dir.SetSyncEnabled(context.Background(), false) },
		"sync-on":  func(o *online, _ event) error { return o.dir.SetSyncEnabled(context.Background(), true) },
	}
}

func (o *online) kindOf(r *resource) *scim.ResourceType {
	endpoints := map[directory.Kind]string{directory.User: "Users", directory.Contact: "Contacts", directory.Group: "Groups"}
	return o.dir.Catalogue().ByEndpoint(endpoints[r.kind])
}

// setActive is what an administrator does, who is refused where Active Directory has the account disabled.
func (o *online) setActive(name string, active bool) error {
	r, err := o.of(name)
	if err != nil || r == nil || r.kind != directory.User {
		return err
	}
	if o.dir.SetActive(context.Background(), r.id, active) == nil {
		o.world.watch.wanted[r.id] = active
		o.world.watch.insisted[r.id] = active && o.world.forest.wishes(time.Now())[r.anchor] == nil
	}
	return nil
}

func (o *online) patch(r *resource, path, value string) error {
	a := o.ask(http.MethodPatch, prefix+"/Users/"+r.id, encode(map[string]any{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []map[string]any{{"op": "replace", "path": path, "value": value}},
	}))
	if a.Code >= 300 {
		return errors.New(a.Body.String())
	}
	return nil
}
