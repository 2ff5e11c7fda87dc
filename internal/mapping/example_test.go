package mapping_test

import (
	"fmt"
	"strings"
	"time"

	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// An object in scope becomes a resource; one that is not comes back with the evidence why.
func Example() {
	mapper := mapping.New(nil, mapping.Scope{
		Include: []directory.Container{{DN: "OU=Staff,DC=corp,DC=example"}},
		Kinds:   directory.Kinds(),
	}, mapping.Domains{})
	ann := &directory.Object{
		Kind: directory.User,
		DN:   "CN=Ann Lee,OU=Staff,DC=corp,DC=example",
		Attributes: directory.Attributes{
			"displayName": {"Ann Lee"}, "sAMAccountName": {"ann"}, "department": {" Sales "}, "userAccountControl": {"514"},
			"proxyAddresses": {"smtp:a.lee@corp.example", "SMTP:ann@corp.example"},
		},
	}
	resource := mapper.Map(ann, time.Now()).Resource
	for _, v := range resource.Values {
		fmt.Println(mapping.NameOf(v.Attribute), "=", strings.Join(v.Values, ", "))
	}
	fmt.Println("may be used:", resource.Enabled)

	ann.DN = "CN=Ann Lee,OU=Alumni,DC=corp,DC=example"
	fmt.Println(mapper.Map(ann, time.Now()).Out)

	ann.DN, ann.Attributes["userPrincipalName"] = "CN=Ann Lee,OU=Staff,DC=corp,DC=example", []string{"ann lee@corp.example"}
	fmt.Println("refused:", mapper.Map(ann, time.Now()).Refused)
	// Output:
	// userName = ann@corp.example
	// displayName = Ann Lee
	// workEmail = ann@corp.example
	// department = Sales
	// proxyAddresses = SMTP:ann@corp.example, smtp:a.lee@corp.example
	// onPremisesSamAccountName = ann
	// onPremisesDistinguishedName = CN=Ann Lee,OU=Staff,DC=corp,DC=example
	// onPremisesAccountEnabled = false
	// may be used: false
	// left scope (now at CN=Ann Lee,OU=Alumni,DC=corp,DC=example)
	// refused: userName "ann lee@corp.example" has a blank inside
}

// A rule takes the place of the built-in flow of its attribute.
func ExampleCompile() {
	rules, err := mapping.Compile(mapping.Config{User: map[string]string{
		"department": `first(department, ou(1))`,
		"title":      `title matches "(?i)^dr" ? replace(title, "(?i)^dr\\.? *", "") : title`,
		"userName":   `lower(userPrincipalName)`,
		"office":     `attr("ms-DS-cloudExtensionAttribute1")`,
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	mapper := mapping.New(rules, mapping.Scope{Include: []directory.Container{{DN: "DC=corp,DC=example"}}, Kinds: directory.Kinds()}, mapping.Domains{})
	r := mapper.Map(&directory.Object{
		Kind: directory.User, DN: "CN=Ann Lee,OU=Sales,DC=corp,DC=example",
		Attributes: directory.Attributes{
			"userPrincipalName": {"Ann@Corp.example"}, "title": {"Dr. Head"}, "userAccountControl": {"512"}, "ms-DS-cloudExtensionAttribute1": {"R 4.01"},
		},
	}, time.Now()).Resource
	for _, a := range []directory.Attribute{directory.UserName, directory.Department, directory.Title, directory.Office} {
		fmt.Println(mapping.NameOf(a), "=", r.First(a))
	}

	_, err = mapping.Compile(mapping.Config{User: map[string]string{"department": "upper(departmnt)"}})
	fmt.Println(err)
	// Output:
	// userName = ann@corp.example
	// department = Sales
	// title = Head
	// office = R 4.01
	// user.department: at character 7, upper(▸departmnt): departmnt is no attribute of Active Directory that is known here; did you mean department? Else write attr("departmnt") if it is an attribute of your own schema, and "departmnt" if it is text
}
