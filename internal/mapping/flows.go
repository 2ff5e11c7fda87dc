package mapping

import (
	"slices"
	"strconv"
	"strings"

	"syncd/internal/directory"
)

// flow fills one online attribute from an object; nothing leaves the attribute out. Only rules give errors. The values stand until the next
// flow of the same object is asked.
type flow struct {
	to   directory.Attribute
	from source
}

// source is where a flow takes its values from: LDAP attributes, and what it makes of them.
type source struct {
	reads  []string
	values func(*subject) ([]string, error)
}

// builtInFlows are the flows of a kind, in the order of their attributes.
func builtInFlows(kind directory.Kind) []flow {
	flows := []flow{
		{directory.DisplayName, first("displayName", "cn", "name")},
		{directory.ProxyAddresses, all("proxyAddresses")},
		{directory.MailNickname, first("mailNickname")},
		{directory.TargetAddress, first("targetAddress")},
		{directory.Description, first("description")},
		{directory.HideFromAddressLists, source{[]string{"msExchHideFromAddressLists"}, hidden}},
		{directory.OnPremisesDistinguishedName, source{values: distinguishedName}},
	}
	switch kind {
	case directory.User:
		flows = slices.Concat(flows, personFlows(), []flow{
			{directory.UserName, source{[]string{"userPrincipalName", "sAMAccountName"}, userName}},
			{directory.PreferredLanguage, first("preferredLanguage")},
			{directory.EmployeeNumber, first("employeeNumber", "employeeID")},
			{directory.OnPremisesSamAccountName, first("sAMAccountName")},
			{directory.OnPremisesAccountEnabled, source{[]string{"userAccountControl", "accountExpires"}, accountEnabled}},
		})
	case directory.Contact:
		flows = slices.Concat(flows, personFlows())
	case directory.Group:
		flows = append(flows, []flow{
			{directory.Mail, source{[]string{"mail", "proxyAddresses"}, mail}},
			{directory.SecurityEnabled, source{[]string{"groupType"}, securityEnabled}},
			{directory.OnPremisesSamAccountName, first("sAMAccountName")},
		}...)
	}
	for n, name := range extensionNames() {
		flows = append(flows, flow{directory.ExtensionAttribute1 + directory.Attribute(n), first(name)})
	}
	sortFlows(flows)
	return flows
}

func personFlows() []flow {
	return []flow{
		{directory.GivenName, first("givenName")},
		{directory.FamilyName, first("sn")},
		{directory.MiddleName, first("middleName")},
		{directory.Title, first("title")},
		{directory.WorkEmail, source{[]string{"mail", "proxyAddresses"}, mail}},
		{directory.WorkPhone, first("telephoneNumber")},
		{directory.MobilePhone, first("mobile")},
		{directory.HomePhone, first("homePhone")},
		{directory.FaxPhone, first("facsimileTelephoneNumber")},
		{directory.PagerPhone, first("pager")},
		{directory.StreetAddress, first("streetAddress")},
		{directory.Locality, first("l")},
		{directory.Region, first("st")},
		{directory.PostalCode, first("postalCode")},
		{directory.Country, first("c")},
		{directory.Department, first("department")},
		{directory.Organization, first("company")},
		{directory.Division, first("division")},
		{directory.Office, first("physicalDeliveryOfficeName")},
	}
}

func sortFlows(flows []flow) {
	slices.SortFunc(flows, func(a, b flow) int { return int(a.to) - int(b.to) })
}

func extensionNames() []string {
	names := make([]string, 15)
	for n := range names {
		names[n] = "extensionAttribute" + strconv.Itoa(n+1)
	}
	return names
}

// first returns a flow of the first attribute among names that is not blank.
func first(names ...string) source {
	return source{names, func(s *subject) ([]string, error) {
		for _, name := range names {
			switch v := s.Attributes[name]; {
			case len(v) == 1 && strings.TrimSpace(v[0]) != "":
				return v, nil
			case len(v) > 1:
				if t := s.text(name); t != "" {
					return s.just(t), nil
				}
			}
		}
		return nil, nil
	}}
}

func all(name string) source {
	return source{[]string{name}, func(s *subject) ([]string, error) { return s.Attributes[name], nil }}
}

// one is the value that stands for several: the first by order of the alphabet that is not blank.
func one(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	least := ""
	for _, v := range values {
		if strings.TrimSpace(v) != "" && (least == "" || v < least) {
			least = v
		}
	}
	return least
}

// userName is the userPrincipalName, or the one that Active Directory implies where none is set: sAMAccountName@domain.
func userName(s *subject) ([]string, error) {
	if v := s.text("userPrincipalName"); v != "" {
		return s.just(v), nil
	}
	account, domain := s.text("sAMAccountName"), domainOf(s.DN)
	if account == "" || domain == "" {
		return nil, nil
	}
	return s.just(account + "@" + domain), nil
}

// domainOf joins the DC components of a distinguished name: "CN=x,DC=corp,DC=example" is in "corp.example".
func domainOf(dn string) string {
	var labels []string
	for rest := dn; ; {
		i := strings.LastIndexByte(rest, ',')
		part := rest[i+1:]
		if len(part) < 4 || !strings.EqualFold(part[:3], "DC=") {
			return strings.Join(labels, ".")
		}
		labels = slices.Insert(labels, 0, part[3:])
		if i < 0 {
			return strings.Join(labels, ".")
		}
		rest = rest[:i]
	}
}

// mail is the mail attribute, or the primary among the proxy addresses.
func mail(s *subject) ([]string, error) {
	if v := s.text("mail"); v != "" {
		return s.just(v), nil
	}
	for _, proxy := range s.Attributes["proxyAddresses"] {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(proxy), primaryPrefix); ok && rest != "" {
			return s.just(rest), nil
		}
	}
	return nil, nil
}

func distinguishedName(s *subject) ([]string, error) { return s.just(s.DN), nil }

func accountEnabled(s *subject) ([]string, error) { return s.just(boolean(s.enabled)), nil }

func hidden(s *subject) ([]string, error) {
	v := s.text("msExchHideFromAddressLists")
	if v == "" {
		return nil, nil
	}
	return s.just(boolean(strings.EqualFold(v, "TRUE"))), nil
}

// securityEnabled reads the sign bit of groupType (MS-ADTS 2.2.12, GROUP_TYPE_SECURITY_ENABLED 0x80000000).
func securityEnabled(s *subject) ([]string, error) {
	v, err := strconv.ParseInt(s.text("groupType"), 10, 64)
	if err != nil {
		return nil, nil
	}
	return s.just(boolean(v&0x80000000 != 0)), nil
}
