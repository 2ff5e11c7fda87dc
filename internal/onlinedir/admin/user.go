package admin

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// userPage is one account with everything that is known of it.
type userPage struct {
	frame
	Person        tenant.Person
	Row           row
	Mastered      []tenant.Fact // by Active Directory
	Own           []tenant.Fact // of this directory
	Country       string        // of the usage location
	History       []tenant.Entry
	HistoryURL    string // all of it
	CanActivate   bool
	CanDeactivate bool
	CanRestore    bool
	CanDelete     bool
	Licences      input
	ChooseLicence bool
	Photo         bool
}

// historyShown is how many entries of the audit log the page of an account shows.
const historyShown = 10

// person reads the account of an address.
func (v *visit) person() (tenant.Person, error) {
	p, found, err := v.tenant.PersonByID(v.ctx(), v.r.PathValue("id"))
	if err == nil && !found {
		err = missing("user")
	}
	return p, err
}

func (v *visit) user() error {
	p, err := v.person()
	if err != nil {
		return err
	}
	return v.showUser(p)
}

func (v *visit) showUser(p tenant.Person) error {
	history, err := v.tenant.Audit(v.ctx(), tenant.AuditQuery{Resource: p.ID, Limit: historyShown})
	if err != nil {
		return err
	}
	page := userPage{Person: p, Row: rowOf(p.User), Country: countryName(p.UsageLocation), History: history.Entries}
	if history.Next != "" {
		page.HistoryURL = "/audit?resource=" + p.ID
	}
	if _, _, photo := decodePhoto(p.Photo); photo {
		page.Photo = true
	}
	for _, f := range p.Facts {
		switch {
		case f.Value == "":
		case f.Master:
			page.Mastered = append(page.Mastered, f)
		default:
			page.Own = append(page.Own, f)
		}
	}
	lead := "made here; only this directory has it"
	if p.ExternalID != "" {
		lead = "synchronised from Active Directory"
	}
	if page.frame, err = v.frame(page.Row.Name, lead); err != nil {
		return err
	}
	page.Up = &link{"Users", "/users"}
	if page.MayEdit {
		page.CanActivate, page.CanDeactivate, page.CanRestore = p.State == tenant.Waiting, p.State == tenant.Enabled, p.State == tenant.Deleted
		page.CanDelete = p.ExternalID == "" && p.State != tenant.Deleted
	}
	if err := page.offerLicences(v); err != nil {
		return err
	}
	return v.show("user", page)
}

// offerLicences lets an active account change to another licence, where there is one.
func (p *userPage) offerLicences(v *visit) error {
	if !p.CanDeactivate {
		return nil
	}
	licences, err := v.tenant.Licences(v.ctx())
	if err != nil {
		return err
	}
	p.Licences = input{Name: "licence", Label: "Licence", Type: "select"}
	for _, l := range licences {
		has := p.Person.Licence != nil && p.Person.Licence.ID == l.ID
		label := l.Name + ": " + plural(l.Free(), "seat") + " free"
		p.Licences.Options = append(p.Licences.Options, option{strconv.FormatInt(l.ID, 10), label, has})
	}
	p.ChooseLicence = len(licences) > 1
	return nil
}

func (v *visit) assignLicence() error {
	licence, err := v.licence()
	if err != nil {
		return err
	}
	p, err := v.person()
	if err != nil {
		return err
	}
	if err := v.tenant.AssignLicence(v.ctx(), p.ID, licence); err != nil {
		return err
	}
	return v.done("/users/"+p.ID, notice{Text: "has a seat of another licence now.", Name: nameOf(p.User)})
}

// ownUser reads an account that was made here, and is not deleted yet.
func (v *visit) ownUser() (tenant.Person, error) {
	p, err := v.person()
	if err == nil && p.State == tenant.Deleted {
		return p, missing("user")
	}
	if err == nil && p.ExternalID != "" {
		err = &directory.Fault{
			Class: directory.Usage, Cause: nameOf(p.User) + " is managed in Active Directory and cannot be deleted here",
			Remedy: "delete the account there, or take it out of what is synchronised; the next synchronisation moves it to the recycle bin. To lock it at once, deactivate it here",
		}
	}
	return p, err
}

func (v *visit) deleteUserPage() error {
	p, err := v.ownUser()
	if err != nil {
		return err
	}
	return v.confirm(confirmation{
		Name: nameOf(p.User), Danger: true, Button: "Delete this user", Action: "/users/" + p.ID + "/delete", Cancel: "/users/" + p.ID,
		Text: []string{
			"The account can no longer be used, its seat of a licence is free, and it leaves its groups.",
			"It stays in the recycle bin for 30 days and can be restored until then.",
		},
	}, "Delete a user", "moves the account to the recycle bin")
}

func (v *visit) deleteUser() error {
	p, err := v.ownUser()
	if err != nil {
		return err
	}
	if err := v.tenant.DeleteUser(v.ctx(), p.ID); err != nil {
		return err
	}
	return v.done("/users", notice{Name: nameOf(p.User), Text: "is in the recycle bin.", Undo: "/users/" + p.ID + "/restore", Label: "Undo: restore"})
}

func (v *visit) restoreUser() error {
	p, err := v.person()
	if err != nil {
		return err
	}
	if err := v.tenant.Restore(v.ctx(), p.ID); err != nil {
		return err
	}
	return v.done("/users/"+p.ID, notice{Name: nameOf(p.User), Text: "is restored. The account is inactive until somebody activates it."})
}

func nameOf(u tenant.User) string { return cmp.Or(u.DisplayName, u.UserName) }

// photo serves the picture of an account, which came from Active Directory: only as one of a few formats that are nothing but pictures.
func (v *visit) photo() error {
	p, err := v.person()
	if err != nil {
		return err
	}
	kind, picture, ok := decodePhoto(p.Photo)
	if !ok {
		return missing("photo")
	}
	v.w.Header().Set("Content-Type", kind)
	v.w.Write(picture)
	return nil
}

// decodePhoto reads a data URI (RFC 2397) that holds a JPEG, PNG or GIF picture, whatever it says of itself.
func decodePhoto(uri string) (kind string, picture []byte, ok bool) {
	_, encoded, found := strings.Cut(uri, ";base64,")
	if !found || !strings.HasPrefix(uri, "data:") {
		return "", nil, false
	}
	picture, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", nil, false
	}
	switch kind = http.DetectContentType(picture); kind {
	case "image/jpeg", "image/png", "image/gif":
		return kind, picture, true
	}
	return "", nil, false
}
