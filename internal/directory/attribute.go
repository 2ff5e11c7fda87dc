package directory

import "strconv"

// The schema URNs that syncd speaks: SCIM core and enterprise (RFC 7643 §8.7) and its own extension.
const (
	SchemaUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	SchemaGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	SchemaContact    = "urn:syncd:params:scim:schemas:core:1.0:Contact"
	SchemaEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	SchemaOnPremises = "urn:syncd:params:scim:schemas:extension:onpremises:1.0:Object"
)

// Attribute numbers one online attribute that syncd masters. The numbers are the dictionary of the stored form: never
// renumber, only append.
type Attribute uint8

// Shape says how an attribute's values are written in JSON.
type Shape uint8

// The shapes.
const (
	Text    Shape = iota // one string
	Boolean              // "true" or "false", written as a JSON boolean
	List                 // any number of strings, compared as a whole
)

// The attributes that syncd masters.
const (
	UserName Attribute = iota + 1
	DisplayName
	GivenName
	FamilyName
	MiddleName
	Title
	PreferredLanguage
	WorkEmail
	WorkPhone
	MobilePhone
	HomePhone
	FaxPhone
	PagerPhone
	StreetAddress
	Locality
	Region
	PostalCode
	Country
	EmployeeNumber
	Department
	Organization
	Division
	ProxyAddresses
	MailNickname
	TargetAddress
	Mail
	Office
	Description
	HideFromAddressLists
	SecurityEnabled
	OnPremisesSamAccountName
	OnPremisesDistinguishedName
	OnPremisesAccountEnabled
	ExtensionAttribute1 // ExtensionAttribute1+n-1 is extensionAttribute n, up to 15
)

const extensionAttributes = 15

// Manager is the SCIM path of the manager reference (RFC 7643 §4.3). It is no Attribute: its value is an online id,
// known only after the manager has been created, so it is planned and pushed apart.
const Manager = SchemaEnterprise + ":manager"

// Info describes an attribute. Path is the SCIM PATCH path (RFC 7644 §3.5.2); Schema is the URN it belongs to, empty for the
// core schema of its resource type.
type Info struct {
	Path   string
	Schema string
	Shape  Shape
}

func enterprise(name string) Info { return Info{SchemaEnterprise + ":" + name, SchemaEnterprise, Text} }
func onPremises(name string, s Shape) Info {
	return Info{SchemaOnPremises + ":" + name, SchemaOnPremises, s}
}

// Info returns the attribute's path, schema and shape; the zero Info for a number that is not in use.
func (a Attribute) Info() Info {
	switch a {
	case UserName:
		return Info{Path: "userName"}
	case DisplayName:
		return Info{Path: "displayName"}
	case GivenName:
		return Info{Path: "name.givenName"}
	case FamilyName:
		return Info{Path: "name.familyName"}
	case MiddleName:
		return Info{Path: "name.middleName"}
	case Title:
		return Info{Path: "title"}
	case PreferredLanguage:
		return Info{Path: "preferredLanguage"}
	case WorkEmail:
		return Info{Path: `emails[type eq "work"].value`}
	case WorkPhone:
		return Info{Path: `phoneNumbers[type eq "work"].value`}
	case MobilePhone:
		return Info{Path: `phoneNumbers[type eq "mobile"].value`}
	case HomePhone:
		return Info{Path: `phoneNumbers[type eq "home"].value`}
	case FaxPhone:
		return Info{Path: `phoneNumbers[type eq "fax"].value`}
	case PagerPhone:
		return Info{Path: `phoneNumbers[type eq "pager"].value`}
	case StreetAddress:
		return Info{Path: `addresses[type eq "work"].streetAddress`}
	case Locality:
		return Info{Path: `addresses[type eq "work"].locality`}
	case Region:
		return Info{Path: `addresses[type eq "work"].region`}
	case PostalCode:
		return Info{Path: `addresses[type eq "work"].postalCode`}
	case Country:
		return Info{Path: `addresses[type eq "work"].country`}
	case EmployeeNumber:
		return enterprise("employeeNumber")
	case Department:
		return enterprise("department")
	case Organization:
		return enterprise("organization")
	case Division:
		return enterprise("division")
	case ProxyAddresses:
		return onPremises("proxyAddresses", List)
	case MailNickname:
		return onPremises("mailNickname", Text)
	case TargetAddress:
		return onPremises("targetAddress", Text)
	case Mail:
		return onPremises("mail", Text)
	case Office:
		return onPremises("office", Text)
	case Description:
		return onPremises("description", Text)
	case HideFromAddressLists:
		return onPremises("hideFromAddressLists", Boolean)
	case SecurityEnabled:
		return onPremises("securityEnabled", Boolean)
	case OnPremisesSamAccountName:
		return onPremises("onPremisesSamAccountName", Text)
	case OnPremisesDistinguishedName:
		return onPremises("onPremisesDistinguishedName", Text)
	case OnPremisesAccountEnabled:
		return onPremises("onPremisesAccountEnabled", Boolean)
	}
	if n := int(a-ExtensionAttribute1) + 1; a >= ExtensionAttribute1 && n <= extensionAttributes {
		return onPremises("extensionAttribute"+strconv.Itoa(n), Text)
	}
	return Info{}
}

// Path is the attribute's SCIM path.
func (a Attribute) Path() string { return a.Info().Path }

// Masters lists every attribute that syncd masters, in the order of their numbers.
func Masters() []Attribute {
	last := ExtensionAttribute1 + extensionAttributes - 1
	all := make([]Attribute, 0, last)
	for a := UserName; a <= last; a++ {
		all = append(all, a)
	}
	return all
}
