package dit

import "strings"

// Principals that are made with every domain, by the relative identifiers that Windows gives them (MS-DTYP 2.4.2.4).
const (
	ridAdministrator = 500
	ridFirstBuiltin  = 544
)

type foundingGroup struct {
	rid         uint32
	name, kind  string // kind is the groupType
	description string
	members     string // names, separated by semicolons
}

const (
	globalGroup    = "-2147483646"
	localGroup     = "-2147483644"
	universalGroup = "-2147483640"
	builtinGroup   = "-2147483643"
)

// domainGroups stand in CN=Users.
var domainGroups = [...]foundingGroup{
	{512, "Domain Admins", globalGroup, "Designated administrators of the domain", "Administrator"},
	{513, "Domain Users", globalGroup, "All domain users", ""},
	{514, "Domain Guests", globalGroup, "All domain guests", ""},
	{515, "Domain Computers", globalGroup, "All workstations and servers joined to the domain", ""},
	{516, "Domain Controllers", globalGroup, "All domain controllers in the domain", ""},
	{517, "Cert Publishers", localGroup, "Members of this group are permitted to publish certificates to the directory", ""},
	{518, "Schema Admins", universalGroup, "Designated administrators of the schema", "Administrator"},
	{519, "Enterprise Admins", universalGroup, "Designated administrators of the enterprise", "Administrator"},
	{520, "Group Policy Creator Owners", globalGroup, "Members in this group can modify group policy for the domain", "Administrator"},
	{553, "RAS and IAS Servers", localGroup, "Servers in this group can access remote access properties of users", ""},
	{571, "Allowed RODC Password Replication Group", localGroup, "Members in this group can have their passwords replicated to all read-only domain controllers in the domain", ""},
	{572, "Denied RODC Password Replication Group", localGroup, "Members in this group cannot have their passwords replicated to any read-only domain controllers in the domain", "Domain Admins;Domain Controllers;Schema Admins;Enterprise Admins;Cert Publishers;Group Policy Creator Owners"},
}

// builtinGroups stand in CN=Builtin and have identifiers of their own authority.
var builtinGroups = [...]foundingGroup{
	{544, "Administrators", builtinGroup, "Administrators have complete and unrestricted access to the computer/domain", "Administrator;Domain Admins;Enterprise Admins"},
	{545, "Users", builtinGroup, "Users are prevented from making accidental or intentional system-wide changes", "Domain Users"},
	{546, "Guests", builtinGroup, "Guests have the same access as members of the Users group by default", "Guest;Domain Guests"},
	{548, "Account Operators", builtinGroup, "Members can administer domain user and group accounts", ""},
	{549, "Server Operators", builtinGroup, "Members can administer domain servers", ""},
	{550, "Print Operators", builtinGroup, "Members can administer printers installed on domain controllers", ""},
	{551, "Backup Operators", builtinGroup, "Backup Operators can override security restrictions for the sole purpose of backing up or restoring files", ""},
	{552, "Replicator", builtinGroup, "Supports file replication in a domain", ""},
	{555, "Remote Desktop Users", builtinGroup, "Members in this group are granted the right to logon remotely", ""},
}

// The container of the stand-ins for principals of other authorities, and their class (MS-ADTS 6.1.1.4.10). Each is named by its SID.
const (
	foreignContainer = "ForeignSecurityPrincipals"
	foreignClass     = "foreignSecurityPrincipal"
)

// wellKnownForeigners stand in every domain: Interactive, Enterprise Domain Controllers, Authenticated Users, IUSR.
var wellKnownForeigners = [...]string{"S-1-5-4", "S-1-5-9", "S-1-5-11", "S-1-5-17"}

// principals makes the built-in accounts and groups, then their memberships.
func (w *founder) principals() {
	users, builtin := "CN=Users,"+w.t.Domain.DN(), "CN=Builtin,"+w.t.Domain.DN()
	w.account("Administrator", users, ridAdministrator, "512", "Built-in account for administering the computer/domain")
	w.account("Guest", users, 501, "66082", "Built-in account for guest access to the computer/domain")
	w.account("krbtgt", users, 502, "514", "Key Distribution Center Service Account")
	for _, g := range domainGroups {
		w.group(g, users)
	}
	for _, g := range builtinGroups {
		w.group(g, builtin)
	}
	for _, sid := range wellKnownForeigners {
		w.add("CN="+sid+",CN="+foreignContainer+","+w.t.Domain.DN(), foreignClass)
	}
	for _, g := range append(domainGroups[:len(domainGroups):len(domainGroups)], builtinGroups[:]...) {
		for member := range strings.SplitSeq(g.members, ";") {
			if member != "" {
				w.member(g.name, member)
			}
		}
	}
}

func (w *founder) account(name, container string, rid uint32, control, description string) {
	e := w.add("CN="+name+","+container, "user", "sAMAccountName", name, "userAccountControl", control, "description", description,
		"pwdLastSet", "-1")
	w.renumber(e, rid)
	w.mark(e, "isCriticalSystemObject", "TRUE")
	if rid == ridAdministrator {
		w.mark(e, "adminCount", "1")
	}
}

func (w *founder) group(g foundingGroup, container string) {
	e := w.add("CN="+g.name+","+container, "group", "sAMAccountName", g.name, "groupType", g.kind, "description", g.description)
	e.builtin = g.kind == builtinGroup
	w.renumber(e, g.rid)
	w.mark(e, "isCriticalSystemObject", "TRUE")
}

// renumber gives a founding principal its well-known relative identifier.
func (w *founder) renumber(e *Entry, rid uint32) {
	delete(w.t.byRID, e.rid)
	e.rid = rid
	w.t.byRID[rid] = e
}

func (w *founder) member(group, member string) {
	g, m := w.t.bySAM[fold(group)], w.t.bySAM[fold(member)]
	if g != nil && m != nil {
		g.link(w.t.Attribute("member").id, m, g.usnChanged)
	}
}

// controller makes the computer account of this domain controller.
func (w *founder) controller() {
	host, _, _ := strings.Cut(w.t.options.DNSName, ".")
	name := strings.ToUpper(host)
	e := w.add("CN="+name+",OU=Domain Controllers,"+w.t.Domain.DN(), "computer", "sAMAccountName", name+"$", "userAccountControl", "532480",
		"dNSHostName", w.t.options.DNSName, "operatingSystem", "Embedded Active Directory", "primaryGroupID", "516")
	w.critical(e)
}

// settings makes the server object of the site and the NTDS Settings below it, whose invocationId names this database.
func (w *founder) settings() {
	host, _, _ := strings.Cut(w.t.options.DNSName, ".")
	name := strings.ToUpper(host)
	site := "CN=Servers,CN=Default-First-Site-Name,CN=Sites," + w.t.Configuration.DN()
	w.add("CN="+name+","+site, "server", "dNSHostName", w.t.options.DNSName,
		"serverReference", "CN="+name+",OU=Domain Controllers,"+w.t.Domain.DN())
	w.t.Settings = w.add("CN=NTDS Settings,CN="+name+","+site, "nTDSDSA", "options", "1", "msDS-HasDomainNCs", w.t.Domain.DN())
	id := newGUID(w.t.random)
	if given := w.t.options.InvocationID; !given.IsZero() {
		id = given
	}
	w.mark(w.t.Settings, "invocationId", string(id[:]), "msDS-Behavior-Version", "7")
}
