package tenant

import (
	"fmt"
	"slices"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Condition is one line of a view: "Department is Executive Branch".
type Condition struct {
	Attribute string `json:"attribute"` // path of a ViewAttribute
	Operator  string `json:"operator"`  // of Operators
	Value     string `json:"value"`     // empty for the operators that need none
}

// ViewAttributes are what conditions can be about. Those about the name, the user name and the department are answered by an index, and by columns;
// the others by the documents, of which a page looks at some only.
func ViewAttributes() []Field {
	fields := []Field{
		{Path: directory.Department.Path(), Label: "Department"},
		{Path: directory.Title.Path(), Label: "Job title"},
		{Path: directory.Office.Path(), Label: "Office"},
		{Path: directory.Organization.Path(), Label: "Company"},
		{Path: directory.Division.Path(), Label: "Division"},
		{Path: "addresses.locality", Label: "City"},
		{Path: "addresses.region", Label: "State or region"},
		{Path: "addresses.country", Label: "Country"},
		{Path: directory.DisplayName.Path(), Label: "Display name"},
		{Path: directory.GivenName.Path(), Label: "First name"},
		{Path: directory.FamilyName.Path(), Label: "Last name"},
		{Path: directory.UserName.Path(), Label: "User name"},
		{Path: "emails.value", Label: "Mail address"},
		{Path: "phoneNumbers.value", Label: "Telephone number"},
		{Path: directory.EmployeeNumber.Path(), Label: "Employee number"},
		{Path: directory.OnPremisesDistinguishedName.Path(), Label: "Distinguished name"},
		{Path: directory.Description.Path(), Label: "Description"},
	}
	for n := range directory.Attribute(15) {
		fields = append(fields, Field{Path: (directory.ExtensionAttribute1 + n).Path(), Label: fmt.Sprintf("Extension attribute %d", n+1)})
	}
	return fields
}

// The operators of conditions, in words.
const (
	opIs         = "is"
	opIsNot      = "is not"
	opContains   = "contains"
	opBegins     = "begins with"
	opIsEmpty    = "is empty"
	opIsNotEmpty = "is not empty"
)

// Operators are how conditions compare.
func Operators() []string {
	return []string{opIs, opIsNot, opContains, opBegins, opIsEmpty, opIsNotEmpty}
}

// NeedsValue reports whether an operator compares with a value.
func NeedsValue(operator string) bool { return operator != opIsEmpty && operator != opIsNotEmpty }

// String is the condition as people read it: Department is "Executive Branch".
func (c Condition) String() string {
	if !NeedsValue(c.Operator) {
		return c.label() + " " + c.Operator
	}
	return fmt.Sprintf("%s %s “%s”", c.label(), c.Operator, c.Value)
}

func (c Condition) label() string {
	for _, f := range ViewAttributes() {
		if f.Path == c.Attribute {
			return f.Label
		}
	}
	return c.Attribute
}

// userFilter makes one filter of conditions, nil of none. One that makes no sense is a fault.
func (t *Tenant) userFilter(conditions []Condition) (scim.Filter, error) {
	var all scim.And
	for _, c := range conditions {
		f, err := c.filter(t.catalogue.ByKind(directory.User))
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

const (
	mostConditions   = 10
	longestCondition = 500
)

func (c Condition) filter(kind *scim.ResourceType) (scim.Filter, error) {
	if !slices.ContainsFunc(ViewAttributes(), func(f Field) bool { return f.Path == c.Attribute }) {
		return nil, conditionFault("there is no attribute %q for a view", c.Attribute)
	}
	value := strings.TrimSpace(c.Value)
	switch {
	case NeedsValue(c.Operator) && value == "":
		return nil, conditionFault("the condition “%s %s” has no value", c.label(), c.Operator)
	case len(value) > longestCondition:
		return nil, conditionFault("the value of a condition is longer than %d bytes", longestCondition)
	}
	path, err := kind.ParsePath(c.Attribute)
	if err != nil {
		return nil, err
	}
	present := scim.Present{Path: path}
	operator := map[string]scim.Operator{opIs: scim.Equal, opContains: scim.Contains, opBegins: scim.StartsWith}[c.Operator]
	compared := scim.Comparison{Path: path, Operator: operator, Value: value}
	switch c.Operator {
	case opIs, opContains, opBegins:
		return compared, nil
	case opIsNot:
		compared.Operator = scim.Equal
		return scim.Not{Filter: compared}, nil
	case opIsEmpty:
		return scim.Not{Filter: present}, nil
	case opIsNotEmpty:
		return present, nil
	}
	return nil, conditionFault("there is no operator %q", c.Operator)
}

func conditionFault(cause string, args ...any) error {
	return mistake(fmt.Sprintf(cause, args...), "choose an attribute, an operator and a value from the form")
}
