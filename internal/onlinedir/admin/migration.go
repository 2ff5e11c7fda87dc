package admin

import (
	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

func migrationSection() section {
	return section{"migration", "Migration", "/migration", tenant.OnlyReader, []route{
		{"GET /migration", tenant.OnlyReader, (*visit).migration},
		{"GET /migration/plan", tenant.OnlyReader, (*visit).plan},
		{"POST /migration/plan", tenant.GlobalAdministrator, (*visit).planWasRead},
		{"GET /migration/enable", tenant.GlobalAdministrator, (*visit).askEnable},
		{"POST /migration/enable", tenant.GlobalAdministrator, (*visit).enable},
		{"GET /migration/disable", tenant.GlobalAdministrator, (*visit).askDisable},
		{"POST /migration/disable", tenant.GlobalAdministrator, (*visit).disable},
		{"POST /migration/tokens", tenant.GlobalAdministrator, (*visit).makeToken},
		{"GET /migration/revoke", tenant.GlobalAdministrator, (*visit).askRevoke}, // a name may be "..", which no path can hold
		{"POST /migration/revoke", tenant.GlobalAdministrator, (*visit).revoke},
		{"GET /migration/passes", tenant.OnlyReader, (*visit).passes},
		{"GET /migration/refused", tenant.OnlyReader, (*visit).refused},
	}}
}

// step is how far one of the three steps has come.
type step struct{ State, Class string }

var (
	stepDone  = step{"Done", "green"}
	stepNext  = step{"Next", "amber"}
	stepLater = step{"Later", ""}
	stepAmiss = step{"Not read", "amber"} // the command line enables without asking
)

// migrationPage is Directory synchronisation with its three steps.
type migrationPage struct {
	frame
	Read                tenant.PlanRead
	Enabled             bool
	EnabledBy           *tenant.Entry // of the audit log, nil where nobody knows
	Plan, Enable, Setup step
	Setting             setup
	Tokens              []tenant.Token
	TokenName           input
	Made                *madeToken

	Passes   []pass // the first passesShown
	More     bool   // there are more
	Plot     plot
	Held     *pass // the last pass, if it held something back
	Problems []tenant.Problem
	Refused  int // how many problems there are
	NoPasses empty
}

// madeToken is a token that was just made: the only time that it is shown.
type madeToken struct {
	Name  string
	Token string
}

// How much of the last passes and of what is refused the first page shows.
const (
	passesShown   = 5
	problemsShown = 5
)

func (v *visit) migration() error { return v.showMigration(nil, nil) }

func (v *visit) showMigration(made *madeToken, fault *directory.Fault) error {
	f, err := v.frame("Directory synchronisation", "Active Directory is the authority, this directory its copy; three steps lead there")
	if err != nil {
		return err
	}
	f.Problem = fault
	page := migrationPage{frame: f, Made: made}
	for _, read := range []func(*migrationPage) error{v.readSteps, v.readPasses, v.readProblems, v.readTokens} {
		if err := read(&page); err != nil {
			return err
		}
	}
	page.Plan, page.Enable, page.Setup = page.steps()
	page.NoPasses = empty{Text: "No pass has been reported yet. The first one appears here as soon as the tool has run."}
	return v.form("migration", page, fault)
}

// readSteps reads how far the steps have come.
func (v *visit) readSteps(page *migrationPage) (err error) {
	if page.Read, err = v.tenant.PlanRead(v.ctx()); err != nil {
		return err
	}
	if page.Enabled, err = v.tenant.SyncEnabled(v.ctx()); err != nil {
		return err
	}
	if page.Enabled {
		last, err := v.tenant.Audit(v.ctx(), tenant.AuditQuery{Action: tenant.DidEnableSync, Limit: 1})
		if err != nil {
			return err
		}
		if len(last.Entries) > 0 {
			page.EnabledBy = &last.Entries[0]
		}
	}
	page.Setting, err = v.setup()
	return err
}

// steps says how far each step is: what can be done next is the first one that is not done.
func (p *migrationPage) steps() (plan, enable, setup step) {
	plan, enable, setup = stepNext, stepLater, stepLater
	if p.Enabled {
		plan, enable, setup = stepAmiss, stepDone, stepNext
	}
	if !p.Read.At.IsZero() {
		plan = stepDone
		if !p.Enabled {
			enable = stepNext
		}
	}
	if len(p.Passes) > 0 {
		setup = stepDone
	}
	return plan, enable, setup
}

func (v *visit) readTokens(page *migrationPage) (err error) {
	if !page.MayManage {
		return nil
	}
	page.TokenName = newInput("name", "Name of the token", "")
	page.TokenName.Required, page.TokenName.Complete = true, "off"
	page.TokenName.Hint = "Which program will use it, and where: “syncd on srv-17”."
	if page.Problem != nil {
		page.TokenName.Value = v.value("name")
	}
	page.Tokens, err = v.tenant.Tokens(v.ctx())
	return err
}

// planPage is what synchronisation does and does not do.
type planPage struct {
	frame
	Read tenant.PlanRead
	Days int // of the recycle bin
}

func (v *visit) plan() error {
	read, err := v.tenant.PlanRead(v.ctx())
	if err != nil {
		return err
	}
	f, err := v.frame("What synchronisation does", "and what it does not; worth five minutes before it is enabled")
	if err != nil {
		return err
	}
	f.Up = &link{"Directory synchronisation", "/migration"}
	return v.show("plan", planPage{f, read, int(tenant.RecycleFor.Hours() / 24)})
}

func (v *visit) planWasRead() error {
	if err := v.tenant.NotePlanRead(v.ctx()); err != nil {
		return err
	}
	return v.done("/migration", notice{Text: "That you have read the plan is remembered. The next step is to enable synchronisation."})
}

func (v *visit) askEnable() error {
	return v.confirm(confirmation{
		Action: "/migration/enable", Button: "Enable one-way synchronisation", Cancel: "/migration",
		Text: []string{
			"From the next request on, programs with a token may create, change and remove people, contacts and groups here. Nothing happens before such a program runs.",
			"Whoever is synchronised arrives disabled and takes no seat until somebody activates the account here.",
			"What arrives is managed in Active Directory and cannot be edited here. What was made here stays as it is.",
			"It can be disabled at any time. What has arrived by then stays.",
		},
	}, "Enable one-way synchronisation?", "")
}

func (v *visit) enable() error {
	read, err := v.tenant.PlanRead(v.ctx())
	if err != nil {
		return err
	}
	if read.At.IsZero() {
		return &directory.Fault{
			Class: directory.Usage, Cause: "nobody has read yet what synchronisation does", Remedy: "take the first step on the page Migration, then enable it",
		}
	}
	if err := v.tenant.SetSyncEnabled(v.ctx(), true); err != nil {
		return err
	}
	return v.done("/migration", notice{
		Text: "Synchronisation is enabled. The next step is to install the tool.", Undo: "/migration/disable", Label: "Undo: disable it",
	})
}

func (v *visit) askDisable() error {
	return v.confirm(confirmation{
		Action: "/migration/disable", Button: "Disable synchronisation", Danger: true, Cancel: "/migration",
		Text: []string{
			"From the next request on, synchronisation is refused. A pass that is running ends with an error, and repeats its work once it is enabled again.",
			"Who leaves the company, or is disabled in Active Directory, is no longer blocked here: that has to be done by hand.",
			"Nothing is removed. What came from Active Directory stays, and stays managed there.",
		},
	}, "Disable synchronisation?", "")
}

func (v *visit) disable() error {
	if err := v.tenant.SetSyncEnabled(v.ctx(), false); err != nil {
		return err
	}
	n := notice{Text: "Synchronisation is disabled. Changes in Active Directory no longer arrive here."}
	read, err := v.tenant.PlanRead(v.ctx())
	if err != nil {
		return err
	}
	if !read.At.IsZero() { // or enabling it would be refused
		n.Undo, n.Label = "/migration/enable", "Undo: enable it"
	}
	return v.done("/migration", n)
}

// makeToken shows the page at once with the token, because no second request could: only its digest is kept.
func (v *visit) makeToken() error {
	name := v.value("name")
	token, err := v.tenant.NewToken(v.ctx(), name)
	if err != nil {
		return retry(err, func(fault *directory.Fault) error { return v.showMigration(nil, fault) })
	}
	return v.showMigration(&madeToken{name, token.Reveal()}, nil)
}

func (v *visit) askRevoke() error {
	list, err := v.tenant.Tokens(v.ctx())
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Name == v.value("name") {
			text := []string{"Whoever uses it is refused from the next request on. It cannot be taken back: another token has to be made."}
			if t.Used.IsZero() {
				text = append(text, "Nobody has used it yet.")
			} else {
				text = append(text, "It was used "+ago(v.tenant.Now().Sub(t.Used))+".")
			}
			return v.confirm(confirmation{
				Name: t.Name, Text: text, Action: "/migration/revoke", Keep: []hidden{{"name", t.Name}}, Button: "Revoke the token", Danger: true, Cancel: "/migration#tokens",
			}, "Revoke this token?", "")
		}
	}
	return missing("token")
}

func (v *visit) revoke() error {
	name := v.value("name")
	if err := v.tenant.RevokeToken(v.ctx(), name); err != nil {
		return err
	}
	return v.done("/migration", notice{Name: name, Text: "was revoked. Whoever used it is refused from now on.", More: &link{"Make another token", "/migration#tokens"}})
}
