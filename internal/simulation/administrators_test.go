package simulation_test

import (
	"context"
	"errors"
	"net/http"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
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
			o.drifted, o.world.watch.lost[r.id] = true, true
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
			return o.patch(r, "replace", "nickName", e.arg(1))
		},
		"drift": func(o *online, e event) error { return o.drift(e) },
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
		"hand-made": func(o *online, e event) error { return o.handMade(e.arg(0), e.has("active"), e.has("admin")) },
		"verify-domain": func(o *online, _ event) error {
			if !o.world.syncd.settings.domains {
				return nil
			}
			o.world.forest.verified[formerDomain] = true
			return o.domain(formerDomain, true)
		},
		"refuse": func(o *online, e event) error {
			if a, known := o.world.forest.known(e.arg(0)); known {
				o.refuses[a] = atoi(e.arg(1))
			}
			return nil
		},
		"accept": func(o *online, e event) error {
			delete(o.refuses, o.world.forest.anchors[e.arg(0)])
			return nil
		},
		"sync-off": func(o *online, _ event) error { return o.dir.SetSyncEnabled(context.Background(), false) },
		"sync-on":  func(o *online, _ event) error { return o.dir.SetSyncEnabled(context.Background(), true) },
	}
}

func (o *online) domain(name string, verified bool) error {
	return o.dir.AddDomain(context.Background(), name, verified)
}

// handMade makes an account for somebody who is going to come from Active Directory, too.
func (o *online) handMade(name string, active, admin bool) error {
	u := onlinedir.NewUser{UserName: name + "@" + companyDomain, DisplayName: "Made by hand", Active: active}
	if admin {
		u.Role = "administrator"
	}
	id, err := o.dir.AddUser(context.Background(), u)
	if err == nil {
		o.world.watch.wanted[id] = active
	}
	return nil // a name that is taken is taken
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

// drift is what somebody else writes over what syncd masters; a service that refuses it changes nothing.
func (o *online) drift(e event) error {
	r, err := o.of(e.arg(0))
	if err != nil || r == nil {
		return err
	}
	other := &resource{}
	if who, err := o.of(e.arg(2)); err != nil {
		return err
	} else if who != nil {
		other = who
	}
	o.drifted = true
	switch path := e.arg(1); {
	case path == "active":
		if err = o.patch(r, "replace", path, true); err == nil && r.kind == directory.User {
			o.world.watch.wanted[r.id], o.world.watch.insisted[r.id] = true, o.world.forest.wishes(time.Now())[r.anchor] == nil
		}
	case path == "members" && other.id != "":
		err = o.patch(r, "add", path, []map[string]any{{"value": other.id}})
	case path == "no-members":
		err = o.patch(r, "remove", "members", nil)
	case path == "manager" && other.id != "":
		err = o.patch(r, "replace", directory.SchemaEnterprise+":manager", map[string]any{"value": other.id})
	case path == "manager":
		err = o.patch(r, "remove", directory.SchemaEnterprise+":manager", nil)
	case path == "mail":
		err = o.patch(r, "replace", "emails", []map[string]any{{"type": "work", "value": e.arg(2), "primary": true}})
	default:
		err = o.patch(r, "replace", path, e.arg(2))
	}
	if err != nil {
		o.world.tell("    refused: %v", err)
	}
	return nil
}

func (o *online) patch(r *resource, op, path string, value any) error {
	operation := map[string]any{"op": op, "path": path}
	if value != nil {
		operation["value"] = value
	}
	endpoints := map[directory.Kind]string{directory.User: "/Users/", directory.Contact: "/Contacts/", directory.Group: "/Groups/"}
	a := o.ask(http.MethodPatch, prefix+endpoints[r.kind]+r.id, encode(map[string]any{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []map[string]any{operation},
	}))
	if a.Code >= 300 {
		return errors.New(a.Body.String())
	}
	return nil
}
