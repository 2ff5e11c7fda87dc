package mapping

import (
	"slices"
	"strconv"
	"strings"

	"syncd/internal/directory"
)

// The built-in flows. They are tables that nothing changes.
var (
	personFlows = []flow{
		{directory.DisplayName, first("displayName", "cn", "name")},
		{directory.GivenName, first("givenName")},
		{directory.FamilyName, first("sn")},
		{directory.MiddleName, first("middleName")},
		{directory.Title, first("title")},
		{directory.WorkEmail, mail},
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
	mailFlows = []flow{
		{directory.ProxyAddresses, proxyAddresses},
		{directory.MailNickname, first("mailNickname")},
		{directory.TargetAddress, first("targetAddress")},
		{directory.Description, first("description")},
		{directory.HideFromAddressLists, hidden},
		{directory.OnPremisesDistinguishedName, distinguishedName},
	}
	userFlows = slices.Concat([]flow{
		{directory.UserName, userName},
		{directory.PreferredLanguage, first("preferredLanguage")},
		{directory.EmployeeNumber, first("employeeNumber", "employeeID")},
		{directory.OnPremisesSamAccountName, first("sAMAccountName")},
	}, personFlows, mailFlows, extensionFlows())
	contactFlows = slices.Concat(personFlows, mailFlows, extensionFlows())
	groupFlows   = slices.Concat([]flow{
		{directory.DisplayName, first("displayName", "cn", "name")},
		{directory.Mail, mail},
		{directory.SecurityEnabled, securityEnabled},
		{directory.OnPremisesSamAccountName, first("sAMAccountName")},
	}, mailFlows, extensionFlows())
)

// Attributes lists the LDAP attributes that the flows and the scope read, for the source to request.
func Attributes() []string {
	names := []string{
		"accountExpires", "c", "cn", "company", "department", "description", "displayName", "division", "employeeID", "employeeNumber",
		"facsimileTelephoneNumber", "givenName", "groupType", "homePhone", "isCriticalSystemObject", "l", "mail", "mailNickname",
		"middleName", "mobile", "msExchHideFromAddressLists", "name", "pager", "physicalDeliveryOfficeName", "postalCode", "preferredLanguage",
		"proxyAddresses", "sAMAccountName", "sn", "st", "streetAddress", "targetAddress", "telephoneNumber", "title", "userAccountControl",
		"userPrincipalName",
	}
	for n := 1; n <= 15; n++ {
		names = append(names, "extensionAttribute"+strconv.Itoa(n))
	}
	return names
}

func extensionFlows() []flow {
	var flows []flow
	for n := range 15 {
		flows = append(flows, flow{
			directory.ExtensionAttribute1 + directory.Attribute(n),
			first("extensionAttribute" + strconv.Itoa(n+1)),
		})
	}
	return flows
}

// userName is the userPrincipalName, or the one that Active Directory implies where none is set: sAMAccountName@domain.
func userName(o *directory.Object) []string {
	if v := clean(o.Attributes.First("userPrincipalName")); v != "" {
		return []string{v}
	}
	account := clean(o.Attributes.First("sAMAccountName"))
	domain := domainOf(o.DN)
	if account == "" || domain == "" {
		return nil
	}
	return []string{account + "@" + domain}
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

// mail is the mail attribute, or the primary among the proxy addresses; the first by name, should there be several, because the
// directory keeps no order.
func mail(o *directory.Object) []string {
	if v := clean(o.Attributes.First("mail")); v != "" {
		return []string{v}
	}
	for _, address := range proxyAddresses(o) {
		if rest, ok := strings.CutPrefix(address, "SMTP:"); ok && rest != "" {
			return []string{rest}
		}
	}
	return nil
}

// proxyAddresses keeps the case of each prefix, which marks the primary address, and sorts: the directory keeps no order.
func proxyAddresses(o *directory.Object) []string {
	var list []string
	for _, address := range o.Attributes["proxyAddresses"] {
		if address = clean(address); address != "" {
			list = append(list, address)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func distinguishedName(o *directory.Object) []string { return []string{o.DN} }

func hidden(o *directory.Object) []string {
	v := o.Attributes.First("msExchHideFromAddressLists")
	if v == "" {
		return nil
	}
	return []string{boolean(strings.EqualFold(v, "TRUE"))}
}

// securityEnabled reads the sign bit of groupType (MS-ADTS 2.2.12, GROUP_TYPE_SECURITY_ENABLED 0x80000000).
func securityEnabled(o *directory.Object) []string {
	v, err := strconv.ParseInt(o.Attributes.First("groupType"), 10, 64)
	if err != nil {
		return nil
	}
	return []string{boolean(v&0x80000000 != 0)}
}
