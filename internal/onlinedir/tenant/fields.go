package tenant

import (
	"fmt"
	"slices"

	"syncd/internal/directory"
)

// Field is one attribute that the pages show and may let administrators write.
type Field struct {
	Path  string // as a SCIM path: "title", "name.givenName", `emails[type eq "work"].value`, "urn:...:department"
	Label string // as people read it
	Long  bool   // several lines; a list has one value in each
	Fixed bool   // only Active Directory fills it: nobody writes it here, not even for accounts that were made here
}

// Editable reports whether administrators may write it: for what was made here everything that is not fixed, for what is synchronised nothing
// that Active Directory masters.
func (f Field) Editable(synced bool) bool {
	_, mastered := f.attribute()
	return !f.Fixed && (!synced || !mastered)
}

// attribute is what Active Directory masters under the field's path.
func (f Field) attribute() (a directory.Attribute, mastered bool) {
	masters := directory.Masters()
	i := slices.IndexFunc(masters, func(a directory.Attribute) bool { return a.Path() == f.Path })
	if i < 0 {
		return 0, false
	}
	return masters[i], true
}

// UserFields are the attributes of a user, in the order of the page. A photograph is shown apart.
func UserFields() []Field {
	fields := []Field{
		{Path: directory.DisplayName.Path(), Label: "Display name"},
		{Path: directory.GivenName.Path(), Label: "First name"},
		{Path: directory.MiddleName.Path(), Label: "Middle name"},
		{Path: directory.FamilyName.Path(), Label: "Last name"},
		{Path: directory.UserName.Path(), Label: "User name"},
		{Path: directory.WorkEmail.Path(), Label: "Mail"},
		{Path: directory.Title.Path(), Label: "Job title"},
		{Path: directory.Department.Path(), Label: "Department"},
		{Path: directory.Division.Path(), Label: "Division"},
		{Path: directory.Organization.Path(), Label: "Company"},
		{Path: directory.EmployeeNumber.Path(), Label: "Employee number"},
		{Path: directory.Office.Path(), Label: "Office"},
		{Path: directory.WorkPhone.Path(), Label: "Business phone"},
		{Path: directory.MobilePhone.Path(), Label: "Mobile phone"},
		{Path: directory.HomePhone.Path(), Label: "Home phone"},
		{Path: directory.FaxPhone.Path(), Label: "Fax"},
		{Path: directory.PagerPhone.Path(), Label: "Pager"},
		{Path: directory.StreetAddress.Path(), Label: "Street address", Long: true},
		{Path: directory.Locality.Path(), Label: "City"},
		{Path: directory.Region.Path(), Label: "State or region"},
		{Path: directory.PostalCode.Path(), Label: "Postal code"},
		{Path: directory.Country.Path(), Label: "Country"},
		{Path: directory.PreferredLanguage.Path(), Label: "Preferred language"},
		{Path: directory.Description.Path(), Label: "Description", Long: true},
		{Path: directory.ProxyAddresses.Path(), Label: "Proxy addresses", Long: true},
		{Path: directory.MailNickname.Path(), Label: "Mail alias"},
		{Path: directory.TargetAddress.Path(), Label: "Target address"},
		{Path: directory.HideFromAddressLists.Path(), Label: "Hidden from address lists"},
		{Path: directory.OnPremisesSamAccountName.Path(), Label: "Account name in Active Directory", Fixed: true},
		{Path: directory.OnPremisesDistinguishedName.Path(), Label: "Distinguished name", Fixed: true},
		{Path: directory.OnPremisesAccountEnabled.Path(), Label: "Enabled in Active Directory", Fixed: true},
	}
	for n := range directory.Attribute(15) {
		fields = append(fields, Field{Path: (directory.ExtensionAttribute1 + n).Path(), Label: fmt.Sprintf("Extension attribute %d", n+1), Fixed: true})
	}
	return fields
}
