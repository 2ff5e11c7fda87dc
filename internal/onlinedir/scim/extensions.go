package scim

import (
	"strings"

	"syncd/internal/directory"
)

// enterpriseSchema is RFC 7643 §4.3. It extends all three resource types: contacts and groups have departments too.
func enterpriseSchema() *Schema {
	return &Schema{directory.SchemaEnterprise, "EnterpriseUser", "What companies add to a person", []*Attribute{
		text("employeeNumber", "The personnel number."),
		text("costCenter", "The cost centre."),
		text("organization", "The company."),
		text("division", "The division."),
		text("department", "The department."),
		complexOf("manager", "The manager.",
			text("value", "The manager's id.").exact(),
			reference("$ref", "The manager's address.", "User", "Contact"),
			text("displayName", "The manager's name.").readOnly(),
		),
	}}
}

// onPremisesSchema is this project's own extension: what mail and address lists need, and where the object comes from. It is
// written from the list of mastered attributes, so that the two cannot differ.
func onPremisesSchema() *Schema {
	s := &Schema{ID: directory.SchemaOnPremises, Name: "OnPremisesObject", Description: "What comes from Active Directory"}
	for _, number := range directory.Masters() {
		info := number.Info()
		name, ours := strings.CutPrefix(info.Path, directory.SchemaOnPremises+":")
		if !ours {
			continue
		}
		a := text(name, "Mastered by Active Directory.")
		a.Type = String
		if info.Shape == directory.Boolean {
			a.Type = Boolean
		}
		// A distinguished name is sent as Active Directory says it.
		a.Lines = number == directory.Description || number == directory.OnPremisesDistinguishedName
		a.Multi = info.Shape == directory.List
		s.Attributes = append(s.Attributes, a)
	}
	return s
}
