package dit

import (
	"errors"
	"fmt"
	"strings"
)

// TombstoneDays is the tombstoneLifetime of a new forest (MS-ADTS 6.1.1.2.4.1.1).
const TombstoneDays = 180

// promote fills an empty tree with what a new domain has: the naming contexts, the containers that have well-known identifiers,
// the built-in accounts and groups, and this domain controller itself.
func (t *Tree) promote() error {
	steps, err := parseDN(t.options.BaseDN)
	if err != nil || len(steps) == 0 {
		return fmt.Errorf("the base %q is not a distinguished name", t.options.BaseDN)
	}
	for _, s := range steps {
		if s.kind != "DC" {
			return fmt.Errorf("the base %q is not made of domain components", t.options.BaseDN)
		}
	}
	t.suffix = steps
	t.Domain = t.head(nil, steps[0], "domainDNS")
	for _, s := range steps[1:] {
		t.Domain.rdn += "," + s.String()
	}
	t.Configuration = t.head(t.Domain, rdn{"CN", "Configuration"}, "configuration")
	t.Schema = t.head(t.Configuration, rdn{"CN", "Schema"}, "dMD")
	w := &founder{t: t}
	w.schema()
	w.configuration()
	w.containers()
	w.principals()
	w.controller()
	w.settings()
	return errors.Join(w.failures...)
}

// head makes the root of a naming context, which no add can.
func (t *Tree) head(parent *Entry, step rdn, class string) *Entry {
	e := &Entry{parent: parent, class: t.schema.classes[fold(class)]}
	e.domain = e
	t.enrol(e, step)
	return e
}

// founder writes the first objects and collects what fails.
type founder struct {
	t        *Tree
	failures []error
}

// add creates an object; the values alternate between attribute names and values.
func (w *founder) add(dn, class string, pairs ...string) *Entry {
	attributes := []Attribute{{"objectClass", []string{class}}}
	for i := 0; i+1 < len(pairs); i += 2 {
		attributes = append(attributes, Attribute{pairs[i], []string{pairs[i+1]}})
	}
	e, err := w.t.Add(dn, attributes)
	if err != nil {
		w.failures = append(w.failures, fmt.Errorf("founding %s: %w", dn, err))
		return &Entry{class: w.t.schema.classes[class]}
	}
	return e
}

// mark writes values that only the system may write.
func (w *founder) mark(e *Entry, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		a := w.t.Attribute(pairs[i])
		e.set(a.id, NewValues(append(e.get(a.id).List(), pairs[i+1])...), e.usnCreated)
	}
}

func (w *founder) critical(e *Entry) *Entry {
	w.mark(e, "isCriticalSystemObject", "TRUE", "systemFlags", "-1946157056")
	return e
}

// schema makes the class objects that objectCategory points at, and the attributes.
func (w *founder) schema() {
	made := map[string]*Entry{}
	names := strings.Fields(classTable)
	for _, word := range names { // in the table's order, so that a seed repeats the identities
		c := w.t.schema.classes[fold(word)]
		if c == nil || w.t.categories[c] != nil {
			continue
		}
		if made[c.category] == nil {
			made[c.category] = w.add("CN="+c.category+","+w.t.Schema.DN(), "classSchema", "lDAPDisplayName", c.name)
		}
		w.t.categories[c] = made[c.category]
	}
	for _, a := range w.t.schema.attributes {
		w.add("CN="+strings.ToUpper(a.Name[:1])+a.Name[1:]+","+w.t.Schema.DN(), "attributeSchema", "lDAPDisplayName", a.Name)
	}
}

// configuration makes the forest-wide services and the site.
func (w *founder) configuration() {
	top := w.t.Configuration.DN()
	w.bin(w.t.Configuration)
	w.add("CN=Services,"+top, "container")
	w.add("CN=Windows NT,CN=Services,"+top, "container")
	w.add("CN=Directory Service,CN=Windows NT,CN=Services,"+top, "nTDSService", "tombstoneLifetime", fmt.Sprint(TombstoneDays),
		"sPNMappings", "host=alerter,appmgmt,cisvc,dhcp,dnscache,eventlog,netlogon,rpc,spooler,time,w32time")
	w.add("CN=Partitions,"+top, "crossRefContainer")
	w.add("CN="+w.t.options.NetBIOSName+",CN=Partitions,"+top, "crossRef", "nCName", w.t.Domain.DN(), "dnsRoot", w.t.DNSDomain(),
		"nETBIOSName", w.t.options.NetBIOSName)
	w.add("CN=Sites,"+top, "sitesContainer")
	w.add("CN=Default-First-Site-Name,CN=Sites,"+top, "site")
	w.add("CN=Servers,CN=Default-First-Site-Name,CN=Sites,"+top, "serversContainer")
}

// bin makes the Deleted Objects container of a naming context.
func (w *founder) bin(head *Entry) {
	w.t.bins[head] = w.critical(w.add("CN=Deleted Objects,"+head.DN(), "container", "description", "Container for deleted objects"))
}

// wellKnownContainers are the containers of a new domain with their identifiers (MS-ADTS 6.1.1.4).
var wellKnownContainers = [...]struct{ name, class, id, description string }{
	{"CN=Users", "container", "A9D1CA15768811D1ADED00C04FD8D5CD", "Default container for upgraded user accounts"},
	{"CN=Computers", "container", "AA312825768811D1ADED00C04FD8D5CD", "Default container for upgraded computer accounts"},
	{"OU=Domain Controllers", "organizationalUnit", "A361B2FFFFD211D1AA4B00C04FD7D83A", "Default container for domain controllers"},
	{"CN=System", "container", "AB1D30F3768811D1ADED00C04FD8D5CD", "Builtin system settings"},
	{"CN=LostAndFound", "lostAndFound", "AB8153B7768811D1ADED00C04FD8D5CD", "Default container for orphaned objects"},
	{"CN=" + foreignContainer, "container", "22B70C67D56E4EFB91E9300FCA3DC1AA", "Default container for security identifiers (SIDs) associated with objects from external, trusted domains"},
	{"CN=Program Data", "container", "09460C08AE1E4A4EA0F64AEE7DAA1E5A", "Default location for storage of application data."},
	{"CN=NTDS Quotas", "container", "6227F0AF1FC2410D8E3BB10615BB5B0F", "Quota specifications container"},
	{"CN=Infrastructure", "container", "2FBAC1870ADE11D297C400C04FD8D5CD", ""},
	{"CN=Builtin", "builtinDomain", "", ""},
}

func (w *founder) containers() {
	head := w.t.Domain
	w.bin(head)
	w.mark(head, "isCriticalSystemObject", "TRUE", "msDS-Behavior-Version", "7", "ms-DS-MachineAccountQuota", "10", "lockoutThreshold", "0",
		"maxPwdAge", "-36288000000000", "minPwdAge", "-864000000000", "minPwdLength", "7", "pwdHistoryLength", "24", "pwdProperties", "1",
		"wellKnownObjects", "B:32:"+DeletedObjectsID+":"+w.t.bins[head].DN())
	for _, c := range wellKnownContainers {
		e := w.critical(w.add(c.name+","+head.DN(), c.class))
		if c.description != "" {
			w.mark(e, "description", c.description)
		}
		if c.id != "" {
			w.mark(head, "wellKnownObjects", "B:32:"+c.id+":"+e.DN())
		}
	}
}

// DeletedObjectsID is the well-known identifier of the Deleted Objects container (MS-ADTS 6.1.1.4.4).
const DeletedObjectsID = "18E2EA80684F11D2B9AA00C04F79F805"

// wellKnown finds a container by its identifier in the head of a naming context.
func (t *Tree) wellKnown(head *Entry, id string) *Entry {
	if strings.EqualFold(id, DeletedObjectsID) {
		return t.bins[head]
	}
	for v := range head.get(t.Attribute("wellKnownObjects").id).All() {
		if dn, ok := strings.CutPrefix(v, "B:32:"+strings.ToUpper(id)+":"); ok {
			return t.named(dn)
		}
	}
	return nil
}
