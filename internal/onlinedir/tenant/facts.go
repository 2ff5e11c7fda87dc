package tenant

import (
	"fmt"
	"slices"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Fact is one attribute of somebody as a page shows it.
type Fact struct {
	Field
	Value  string // a list has one value in each line
	Master bool   // Active Directory masters it: it cannot be edited here
}

// shown are the fields that have a value or can be edited.
func shown(kind *scim.ResourceType, doc scim.Document, fields []Field, synced bool) ([]Fact, error) {
	var facts []Fact
	for _, f := range fields {
		path, err := kind.ParsePath(f.Path)
		if err != nil {
			return nil, fmt.Errorf("the attribute %s of a page: %w", f.Path, err)
		}
		_, mastered := f.attribute()
		fact := Fact{Field: f, Value: valueAt(doc, path), Master: synced && mastered}
		if fact.Value != "" || f.Editable(synced) {
			facts = append(facts, fact)
		}
	}
	return facts, nil
}

// moreFields are what a user may have besides UserFields; nobody edits it here.
func moreFields() []Field {
	return fixed([]Field{
		{Path: "name.formatted", Label: "Full name"},
		{Path: "name.honorificPrefix", Label: "Title before the name"},
		{Path: "name.honorificSuffix", Label: "Title after the name"},
		{Path: "nickName", Label: "Nickname"},
		{Path: "profileUrl", Label: "Profile"},
		{Path: "userType", Label: "Type of user"},
		{Path: "locale", Label: "Locale"},
		{Path: "timezone", Label: "Time zone"},
		{Path: `emails[not (type eq "work")].value`, Label: "Other mail addresses", Long: true},
		{Path: `phoneNumbers[type eq "other"].value`, Label: "Other phones", Long: true},
		{Path: "ims.value", Label: "Instant messaging", Long: true},
		{Path: "entitlements.value", Label: "Entitlements", Long: true},
		{Path: "roles.value", Label: "Roles", Long: true},
		{Path: directory.SchemaEnterprise + ":costCenter", Label: "Cost centre"},
		{Path: directory.SecurityEnabled.Path(), Label: "Security enabled"},
	})
}

// contactFields are the attributes of a contact, in the order of its page.
func contactFields() []Field {
	without := []string{
		directory.UserName.Path(), directory.OnPremisesSamAccountName.Path(), directory.OnPremisesAccountEnabled.Path(),
	}
	return fixed(slices.DeleteFunc(UserFields(), func(f Field) bool { return slices.Contains(without, f.Path) }))
}

// groupFacts are the attributes of a group, in the order of its page, but for its name and description.
func groupFacts() []Field {
	return fixed([]Field{
		{Path: directory.Mail.Path(), Label: "Mail"},
		{Path: directory.MailNickname.Path(), Label: "Mail alias"},
		{Path: directory.ProxyAddresses.Path(), Label: "Proxy addresses", Long: true},
		{Path: directory.SecurityEnabled.Path(), Label: "Security group"},
		{Path: directory.HideFromAddressLists.Path(), Label: "Hidden from address lists"},
		{Path: directory.OnPremisesSamAccountName.Path(), Label: "Account name in Active Directory"},
		{Path: directory.OnPremisesDistinguishedName.Path(), Label: "Distinguished name"},
	})
}

func fixed(fields []Field) []Field {
	for i := range fields {
		fields[i].Fixed = true
	}
	return fields
}
