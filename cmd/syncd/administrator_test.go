package main

import (
	"strings"
	"testing"

	"syncd/internal/adsim"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/onlinedirtest/chromium"
)

// executives are the people whom the administrator of the story activates: those of the department Executive Branch.
var executives = []string{"Søren Müller", "美咲 田中", "Inès <script>alert(1)</script>"}

// TestAdministrator walks an administrator's whole way in a browser: from the first sign-in over a domain that is proved to a real DNS server,
// and a token that is copied from the page into the configuration of syncd, to people who are activated and restored. Each step goes on where
// the one before it has ended.
func TestAdministrator(t *testing.T) {
	names := onlinedirtest.NewNameServer(t)
	dir := shortTempDir(t)
	ad, _ := startEmbedded(t, dir, adsim.DefaultConfig(), func(*adsim.Server) error { return nil })
	w := newWorldWith(t, dir, ad, serveOnline(t, dir, onlineFlags{init: []string{"--seats", "5"}, serve: []string{"--resolver", names.Address}}))
	w.populate(t, 9) // one who leaves is then less than the tenth part that would be held
	for i, name := range executives {
		account := "executive" + string(rune('0'+i))
		w.add(t, "CN="+account+",OU=Staff", "user", "sAMAccountName", account, "userPrincipalName", account+"@corp.example", "displayName", name,
			"userAccountControl", accountEnabled, "department", "Executive Branch", "title", "Director")
	}
	a := &administrator{world: w, names: names, Browser: chromium.New(t, w.online.url)}
	for _, step := range []struct {
		name string
		make func(t *testing.T)
	}{
		{"signs in, with the second password", a.signsIn},
		{"adds a domain, which cannot be verified before its record is published", a.addsDomain},
		{"verifies the domain", a.verifiesDomain},
		{"reads the plan and enables synchronisation", a.enablesSynchronisation},
		{"makes a token and copies it", a.makesToken},
		{"lets syncd make a pass", a.letsSyncdRun},
		{"opens the disabled user accounts", a.opensDisabled},
		{"makes a view on the department", a.makesView},
		{"activates three people and has two seats left", a.activatesThree},
		{"may not edit what Active Directory manages", a.editsSynchronised},
		{"restores who was deleted", a.restoresDeleted},
		{"looks at every section", a.looksAround},
		{"signs out", a.signsOut},
	} {
		if !a.Step(t, step.name, step.make) {
			t.Fatal("the story ends here")
		}
	}
	t.Logf("%d pages were inspected", len(a.Visited()))
}

// administrator is somebody at a browser, and the world around.
type administrator struct {
	*chromium.Browser
	*world
	names *onlinedirtest.NameServer
}

func (a *administrator) signsIn(t *testing.T) {
	a.Open("/domains")
	a.Type(chromium.Textbox, "Name", onlineAdmin)
	a.Type(chromium.Textbox, "Password", "correct house battery")
	a.Press("Sign in")
	a.Sees("That did not work")
	a.Type(chromium.Textbox, "Password", onlinePassword)
	a.Press("Sign in")
	if a.Path() != "/domains" {
		t.Error("the sign-in did not lead on to the page that was asked for, but to", a.Path())
	}
}

func (a *administrator) addsDomain(t *testing.T) {
	a.Follow("Domains")
	a.Sees("The company has registered no domain of its own yet.")
	a.Type(chromium.Textbox, "Domain (required)", "corp.example")
	a.Press("Add the domain")
	a.Sees("corp.example was added.", "Prove that it is yours", "Pending")
	a.Press("Verify now")
	a.Sees("could not be verified", "try again after propagation")
	a.names.Alias(a.record(t), "elsewhere.example")
	a.Press("Verify now")
	a.Sees("elsewhere.example", "Failed")
}

// record is the name of the record that the page asks for.
func (a *administrator) record(t *testing.T) string {
	t.Helper()
	return a.Inner("#record-name")
}

func (a *administrator) verifiesDomain(t *testing.T) {
	a.names.Alias(a.record(t), a.Inner("#record-target"))
	a.Press("Verify now")
	a.Sees("is verified: sign-in names and addresses may use it from now on.", "Verified")
	a.Lacks("Verify now")
	if len(a.names.Queries()) < 3 {
		t.Errorf("the name server was asked %d times", len(a.names.Queries()))
	}
}

func (a *administrator) enablesSynchronisation(*testing.T) {
	a.Follow("Migration")
	a.Sees("Read the plan first.")
	a.Follow("Read the plan")
	a.Press("I have read it")
	a.Sees("The next step is to enable synchronisation.")
	a.Follow("Enable…")
	a.Sees("Whoever is synchronised arrives disabled")
	a.Press("Enable one-way synchronisation")
	a.Sees("Synchronisation is enabled.", "There is no token yet.", "No pass has been reported yet.")
}

func (a *administrator) makesToken(t *testing.T) {
	a.Type(chromium.Textbox, "Name of the token (required)", "syncd on srv-17")
	a.Press("Make a token")
	a.Sees("It is shown this once.")
	a.First().Click(chromium.Button, "Copy")
	a.Sees("Copied")
	token := a.Clipboard()
	if len(token) < 20 {
		t.Fatalf("%q was copied", token)
	}
	a.online.takeToken(t, token)
	a.Follow("Migration")
	a.Sees("syncd on srv-17")
	a.Lacks(token)
}

func (a *administrator) letsSyncdRun(t *testing.T) {
	if p := pass(t, a.config, exitDone); p.Created != 13 {
		t.Errorf("12 people and a group were to arrive: %+v", p)
	}
	a.Open("/migration")
	a.Sees("Installed", "The last passes", "created")
	a.Follow("Contoso")
	a.Sees("12 waiting to be activated", "5 seats left", "Everything is in order.")
}

func (a *administrator) opensDisabled(t *testing.T) {
	a.Follow("Users")
	a.Follow("Disabled user accounts")
	a.Sees(executives...)
	a.Sees("they use no licence", "Waiting")
}

func (a *administrator) makesView(*testing.T) {
	a.Follow("New view")
	a.Type(chromium.Textbox, "Name of the view (required)", "Executives")
	a.First().Choose("Attribute", "Department")
	a.First().Choose("How it compares", "is")
	a.First().Type(chromium.Textbox, "Value", "Executive Branch")
	a.Press("Save the view")
	a.Sees("Executives is saved.", "Department is Executive Branch")
	a.Sees(executives...)
	a.Lacks("Person 1")
}

func (a *administrator) activatesThree(*testing.T) {
	for _, name := range executives {
		a.Click(chromium.Checkbox, "Select "+name)
	}
	a.Press("Activate 3 selected…")
	a.Sees("Activate 3 people, uses 3 of 5 free seats", "2 seats left afterwards")
	a.Sees(executives...)
	a.Press("Activate 3 people")
	a.Sees("3 people activated.", "2 seats left of 5.")
	a.First().Follow("Back to the list")
	a.Sees("Enabled")
	a.Lacks("Waiting")
	a.Follow("Licences")
	a.Sees("2 of 5 seats free")
}

func (a *administrator) editsSynchronised(t *testing.T) {
	a.Follow("Users")
	a.Follow("Person 1")
	a.Follow("Edit")
	a.Sees("Managed in Active Directory")
	// What is typed changes nothing, and who unlocks the field all the same is refused.
	a.Type(chromium.Textbox, "Display name", "Somebody else")
	if name := a.Value(chromium.Textbox, "Display name"); name != "Person 1" {
		t.Errorf("the field is not locked: %q", name)
	}
	a.Tamper(chromium.Textbox, "Display name", "function () { this.readOnly = false; }")
	a.Type(chromium.Textbox, "Display name", "Somebody else")
	a.Press("Save")
	a.Sees("That did not work", "managed in Active Directory")
	if name := a.Value(chromium.Textbox, "Display name"); name != "Person 1" {
		t.Errorf("the locked field holds %q", name)
	}
	if name := a.person(t, 1)["displayName"]; name != "Person 1" {
		t.Errorf("the name is %q now", name)
	}
	// What is this directory's own can be edited.
	a.Choose("Usage location", "Norway")
	a.Press("Save")
	a.Sees("is changed.", "Norway")
}

func (a *administrator) restoresDeleted(t *testing.T) {
	a.remove(t, a.small(2))
	if p := pass(t, a.config, exitDone); p.Departed != 1 {
		t.Errorf("one was to leave: %+v", p)
	}
	a.Follow("Recycle bin")
	a.Sees("Person 2", "Deleted, 30 days left")
	a.Click(chromium.Checkbox, "Select Person 2")
	a.Press("Restore 1 selected")
	a.Sees("It came back from the recycle bin.")
	a.Follow("See Person 2")
	a.Sees("Waiting")
}

// looksAround opens what the story has not come to, where somebody has a name that cannot be broken between words.
func (a *administrator) looksAround(t *testing.T) {
	long := strings.Repeat("W", 60)
	a.byHand(t, onlinedir.NewUser{UserName: long + "@corp.example", DisplayName: long, Department: long, Mail: long + "@corp.example"})
	for _, path := range []string{
		"/", "/users", "/users/new", "/users/csv", "/groups", "/groups/new", "/contacts", "/addresses", "/addresses?q=person", "/addresses?q=w", "/domains", "/domains/corp.example/remove",
		"/licences", "/migration/passes", "/migration/refused", "/migration/disable", "/recycle", "/audit", "/admins", "/about", "/account", "/users?view=errors", "/nowhere",
	} {
		a.Open(path)
	}
	a.Open("/groups")
	a.Follow("Team")
	a.Sees("Person 0")
}

func (a *administrator) signsOut(t *testing.T) {
	a.Click(chromium.Summary, onlineAdmin)
	a.Press("Sign out")
	a.Sees("Sign in")
	a.Open("/users")
	if !strings.HasPrefix(a.Path(), "/sign-in") {
		t.Error("signed out, and sees", a.Path())
	}
}

// TestAdministratorWithKeyboard signs in and activates somebody without a mouse.
func TestAdministratorWithKeyboard(t *testing.T) {
	s := onlinedirtest.New(t)
	s.Must(201, "POST", "/Users", map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": "ann@corp.example", "displayName": "Ann Kim", "externalId": "anchor-1"})
	b := chromium.New(t, s.URL)
	b.Open("/")
	b.Keys(onlinedirtest.Admin) // the page has put the focus there
	b.Tab(chromium.Textbox, "Password", 1)
	b.Keys(onlinedirtest.Password.Reveal())
	b.Enter()
	b.Sees("Overview")
	b.Tab(chromium.Link, "Skip to the content", 1)
	b.Keys("\r")
	b.Tab(chromium.Link, "1 waiting to be activated", 3)
	b.Enter()
	b.Tab(chromium.Checkbox, "Select Ann Kim", 40)
	b.Keys(" ")
	b.Tab(chromium.Link, "Ann Kim", 3)
	b.Enter()
	b.Tab(chromium.Button, "Activate…", 30)
	b.Space()
	b.Tab(chromium.Button, "Activate 1 person", 30)
	b.Enter()
	b.Sees("1 person activated.", "99 seats left of 100.")
	// The menu opens, closes, and gives the focus back.
	b.Tab(chromium.Summary, onlinedirtest.Admin, 5)
	b.Keys("\r")
	b.Sees("Sign out")
	b.Keys("\u001b")
	b.Lacks("Sign out")
}
