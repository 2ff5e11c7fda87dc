package mapping

import (
	"slices"

	"syncd/internal/directory"
)

// trait is what mapping knows of one online attribute: the short name that rules, fixtures and reports call it by, the kinds
// that have it, and how its values are brought into their canonical form.
type trait struct {
	name  string
	class class
	limit int // characters of one value
	kinds kindSet
	fixed bool // what Active Directory says, never a rule's to set
}

type kindSet uint8

func (s kindSet) has(k directory.Kind) bool { return s&(1<<k) != 0 }

const (
	users    kindSet = 1 << directory.User
	contacts kindSet = 1 << directory.Contact
	groups   kindSet = 1 << directory.Group
	people           = users | contacts
	everyone         = people | groups
)

// traits is a table that nothing changes. The limits are those of Active Directory's own schema (MS-ADA1 to MS-ADA3, rangeUpper)
// and, for userName, those that Microsoft publishes for its online directory; docs/mapping.md shows the table.
var traits = extensions([directory.Photo + 1]trait{
	directory.UserName:                    {name: "userName", class: login, limit: maxLocal + 1 + maxSuffix, kinds: users},
	directory.DisplayName:                 {name: "displayName", class: line, limit: 256, kinds: everyone},
	directory.GivenName:                   {name: "givenName", class: line, limit: 64, kinds: people},
	directory.FamilyName:                  {name: "familyName", class: line, limit: 64, kinds: people},
	directory.MiddleName:                  {name: "middleName", class: line, limit: 64, kinds: people},
	directory.Title:                       {name: "title", class: line, limit: 128, kinds: people},
	directory.PreferredLanguage:           {name: "preferredLanguage", class: code, limit: 64, kinds: users},
	directory.WorkEmail:                   {name: "workEmail", class: address, limit: maxAddress, kinds: people},
	directory.WorkPhone:                   {name: "workPhone", class: line, limit: 64, kinds: people},
	directory.MobilePhone:                 {name: "mobilePhone", class: line, limit: 64, kinds: people},
	directory.HomePhone:                   {name: "homePhone", class: line, limit: 64, kinds: people},
	directory.FaxPhone:                    {name: "faxPhone", class: line, limit: 64, kinds: people},
	directory.PagerPhone:                  {name: "pagerPhone", class: line, limit: 64, kinds: people},
	directory.StreetAddress:               {name: "streetAddress", class: block, limit: 1024, kinds: people},
	directory.Locality:                    {name: "locality", class: line, limit: 128, kinds: people},
	directory.Region:                      {name: "region", class: line, limit: 128, kinds: people},
	directory.PostalCode:                  {name: "postalCode", class: line, limit: 40, kinds: people},
	directory.Country:                     {name: "country", class: line, limit: 128, kinds: people},
	directory.EmployeeNumber:              {name: "employeeNumber", class: code, limit: 512, kinds: users},
	directory.Department:                  {name: "department", class: line, limit: 64, kinds: people},
	directory.Organization:                {name: "organization", class: line, limit: 64, kinds: people},
	directory.Division:                    {name: "division", class: line, limit: 256, kinds: people},
	directory.ProxyAddresses:              {name: "proxyAddresses", class: proxies, limit: maxProxy, kinds: everyone},
	directory.MailNickname:                {name: "mailNickname", class: alias, limit: maxLocal, kinds: everyone},
	directory.TargetAddress:               {name: "targetAddress", class: target, limit: maxProxy, kinds: everyone},
	directory.Mail:                        {name: "mail", class: address, limit: maxAddress, kinds: groups},
	directory.Office:                      {name: "office", class: line, limit: 128, kinds: people},
	directory.Description:                 {name: "description", class: block, limit: 1024, kinds: everyone},
	directory.HideFromAddressLists:        {name: "hideFromAddressLists", class: flag, kinds: everyone},
	directory.SecurityEnabled:             {name: "securityEnabled", class: flag, kinds: groups},
	directory.OnPremisesSamAccountName:    {name: "onPremisesSamAccountName", class: code, limit: 256, kinds: users | groups, fixed: true},
	directory.OnPremisesDistinguishedName: {name: "onPremisesDistinguishedName", class: verbatim, kinds: everyone, fixed: true},
	directory.OnPremisesAccountEnabled:    {name: "onPremisesAccountEnabled", class: flag, kinds: users, fixed: true},
	directory.Photo:                       {name: "photo", class: picture, limit: maxPhoto*4/3 + 64, kinds: users},
})

func extensions(table [directory.Photo + 1]trait) [directory.Photo + 1]trait {
	for n, name := range extensionNames() {
		table[directory.ExtensionAttribute1+directory.Attribute(n)] = trait{name: name, class: code, limit: 2048, kinds: everyone}
	}
	return table
}

// AttributeNamed finds an online attribute by the short name that rules and fixtures use, such as "workEmail" or
// "extensionAttribute7"; the case of letters counts.
func AttributeNamed(name string) (directory.Attribute, bool) {
	i := slices.IndexFunc(traits[1:], func(t trait) bool { return t.name == name })
	return directory.Attribute(i + 1), i >= 0
}

// NameOf is the short name of an online attribute, the inverse of AttributeNamed; "" for a number that is not in use.
func NameOf(a directory.Attribute) string {
	if int(a) >= len(traits) {
		return ""
	}
	return traits[a].name
}

// Names lists the short names of the online attributes that a kind has, in the order of the attributes' numbers.
func Names(kind directory.Kind) []string {
	var names []string
	for _, t := range traits[1:] {
		if t.kinds.has(kind) {
			names = append(names, t.name)
		}
	}
	return names
}
