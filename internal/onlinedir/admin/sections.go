package admin

import "syncd/internal/onlinedir/tenant"

// section is one entry of the bar at the top: a path, and the pages below it.
type section struct {
	key    string // of frame.Section
	title  string // empty for one that the bar does not show
	path   string
	needs  tenant.Role // who is offered it
	routes []route
}

// route is one page or action. The role is needed to ask for it; the tenant checks once more what it does.
type route struct {
	pattern string // of http.ServeMux: "POST /users/{id}/delete"
	needs   tenant.Role
	answer  func(*visit) error
}

// sections lists what the admin centre has, in the order of the bar.
func sections() []section {
	return []section{
		overviewSection(),
		usersSection(),
		groupsSection(),
		contactsSection(),
		addressesSection(),
		domainsSection(),
		licencesSection(),
		migrationSection(),
		recycleSection(),
		auditSection(),
		adminsSection(),
		aboutSection(),
		accountSection(),
	}
}
