package directory

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

// Photo is a picture as a data URI (RFC 7643 §4.1.2, RFC 2397). No built-in flow fills it.
const Photo = ExtensionAttribute1 + 15

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

const (
	enterprise = SchemaEnterprise + ":"
	onPremises = SchemaOnPremises + ":"
)

// infos is a table that nothing changes, by Attribute.
var infos = [...]Info{
	UserName:                    {Path: "userName"},
	DisplayName:                 {Path: "displayName"},
	GivenName:                   {Path: "name.givenName"},
	FamilyName:                  {Path: "name.familyName"},
	MiddleName:                  {Path: "name.middleName"},
	Title:                       {Path: "title"},
	PreferredLanguage:           {Path: "preferredLanguage"},
	WorkEmail:                   {Path: `emails[type eq "work"].value`},
	WorkPhone:                   {Path: `phoneNumbers[type eq "work"].value`},
	MobilePhone:                 {Path: `phoneNumbers[type eq "mobile"].value`},
	HomePhone:                   {Path: `phoneNumbers[type eq "home"].value`},
	FaxPhone:                    {Path: `phoneNumbers[type eq "fax"].value`},
	PagerPhone:                  {Path: `phoneNumbers[type eq "pager"].value`},
	StreetAddress:               {Path: `addresses[type eq "work"].streetAddress`},
	Locality:                    {Path: `addresses[type eq "work"].locality`},
	Region:                      {Path: `addresses[type eq "work"].region`},
	PostalCode:                  {Path: `addresses[type eq "work"].postalCode`},
	Country:                     {Path: `addresses[type eq "work"].country`},
	EmployeeNumber:              {enterprise + "employeeNumber", SchemaEnterprise, Text},
	Department:                  {enterprise + "department", SchemaEnterprise, Text},
	Organization:                {enterprise + "organization", SchemaEnterprise, Text},
	Division:                    {enterprise + "division", SchemaEnterprise, Text},
	ProxyAddresses:              {onPremises + "proxyAddresses", SchemaOnPremises, List},
	MailNickname:                {onPremises + "mailNickname", SchemaOnPremises, Text},
	TargetAddress:               {onPremises + "targetAddress", SchemaOnPremises, Text},
	Mail:                        {onPremises + "mail", SchemaOnPremises, Text},
	Office:                      {onPremises + "office", SchemaOnPremises, Text},
	Description:                 {onPremises + "description", SchemaOnPremises, Text},
	HideFromAddressLists:        {onPremises + "hideFromAddressLists", SchemaOnPremises, Boolean},
	SecurityEnabled:             {onPremises + "securityEnabled", SchemaOnPremises, Boolean},
	OnPremisesSamAccountName:    {onPremises + "onPremisesSamAccountName", SchemaOnPremises, Text},
	OnPremisesDistinguishedName: {onPremises + "onPremisesDistinguishedName", SchemaOnPremises, Text},
	OnPremisesAccountEnabled:    {onPremises + "onPremisesAccountEnabled", SchemaOnPremises, Boolean},
	ExtensionAttribute1:         {onPremises + "extensionAttribute1", SchemaOnPremises, Text},
	ExtensionAttribute1 + 1:     {onPremises + "extensionAttribute2", SchemaOnPremises, Text},
	ExtensionAttribute1 + 2:     {onPremises + "extensionAttribute3", SchemaOnPremises, Text},
	ExtensionAttribute1 + 3:     {onPremises + "extensionAttribute4", SchemaOnPremises, Text},
	ExtensionAttribute1 + 4:     {onPremises + "extensionAttribute5", SchemaOnPremises, Text},
	ExtensionAttribute1 + 5:     {onPremises + "extensionAttribute6", SchemaOnPremises, Text},
	ExtensionAttribute1 + 6:     {onPremises + "extensionAttribute7", SchemaOnPremises, Text},
	ExtensionAttribute1 + 7:     {onPremises + "extensionAttribute8", SchemaOnPremises, Text},
	ExtensionAttribute1 + 8:     {onPremises + "extensionAttribute9", SchemaOnPremises, Text},
	ExtensionAttribute1 + 9:     {onPremises + "extensionAttribute10", SchemaOnPremises, Text},
	ExtensionAttribute1 + 10:    {onPremises + "extensionAttribute11", SchemaOnPremises, Text},
	ExtensionAttribute1 + 11:    {onPremises + "extensionAttribute12", SchemaOnPremises, Text},
	ExtensionAttribute1 + 12:    {onPremises + "extensionAttribute13", SchemaOnPremises, Text},
	ExtensionAttribute1 + 13:    {onPremises + "extensionAttribute14", SchemaOnPremises, Text},
	ExtensionAttribute1 + 14:    {onPremises + "extensionAttribute15", SchemaOnPremises, Text},
	Photo:                       {Path: `photos[type eq "photo"].value`},
}

// Info returns the attribute's path, schema and shape; the zero Info for a number that is not in use.
func (a Attribute) Info() Info {
	if int(a) >= len(infos) {
		return Info{}
	}
	return infos[a]
}

// Path is the attribute's SCIM path.
func (a Attribute) Path() string { return a.Info().Path }

// Masters lists every attribute that syncd masters, in the order of their numbers.
func Masters() []Attribute {
	all := make([]Attribute, 0, len(infos)-1)
	for a := UserName; int(a) < len(infos); a++ {
		all = append(all, a)
	}
	return all
}
