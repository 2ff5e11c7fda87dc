package admin

import (
	"fmt"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// frame is what every page shows around its content; the data of a page embeds it.
type frame struct {
	Tenant  string
	Title   string
	Lead    string // one sentence under the title: the question that the page answers
	Nav     []navLink
	Who     string // name of the administrator, empty while nobody is signed in
	Role    string
	CSRF    string // for {{template "csrf" .}}, in every form that posts
	Sync    syncState
	Notice  *notice          // what was just done
	Problem *directory.Fault // why what was asked for was not done
	Up      *link            // the page above this one

	MayEdit   bool // people, groups, views
	MayManage bool // everything
}

// navLink is one entry of the section bar.
type navLink struct {
	Title, Path string
	Current     bool
}

// link leads somewhere.
type link struct{ Title, URL string }

// frame is the frame of a page of the visit's section. It uses up the notice.
func (v *visit) frame(title, lead string) (frame, error) {
	f := frame{
		Tenant: v.tenant.Name(), Title: title, Lead: lead, Who: v.who.Name, Role: v.who.Role.String(), CSRF: formToken(v.session.Reveal()),
		MayEdit: v.may(tenant.UserAdministrator), MayManage: v.may(tenant.GlobalAdministrator),
	}
	for _, s := range v.sections {
		if s.title != "" && v.may(s.needs) {
			f.Nav = append(f.Nav, navLink{s.title, s.path, s.key == v.section.key})
		}
	}
	var err error
	if f.Sync, err = v.syncState(); err != nil {
		return f, fmt.Errorf("read the state of synchronisation: %w", err)
	}
	f.Notice = v.takeNotice()
	return f, nil
}
