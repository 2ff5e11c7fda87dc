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
	mapper := mapping.New(mapping.Scope{
		Include: []directory.Container{{DN: "OU=Staff,DC=corp,DC=example"}},
		Kinds:   directory.Kinds(),
	})
	ann := &directory.Object{
		Kind: directory.User,
		DN:   "CN=Ann Lee,OU=Staff,DC=corp,DC=example",
		Attributes: directory.Attributes{
			"displayName": {"Ann Lee"}, "sAMAccountName": {"ann"}, "department": {" Sales "}, "userAccountControl": {"514"},
			"proxyAddresses": {"smtp:a.lee@corp.example", "SMTP:ann@corp.example"},
		},
	}
	resource, _ := mapper.Map(ann, time.Now())
	for _, v := range resource.Values {
		path := v.Attribute.Path()
		fmt.Println(path[strings.LastIndexByte(path, ':')+1:], "=", strings.Join(v.Values, ", "))
	}
	fmt.Println("may be used:", resource.Enabled)

	ann.DN = "CN=Ann Lee,OU=Alumni,DC=corp,DC=example"
	_, evidence := mapper.Map(ann, time.Now())
	fmt.Println(evidence)
	// Output:
	// userName = ann@corp.example
	// displayName = Ann Lee
	// emails[type eq "work"].value = ann@corp.example
	// department = Sales
	// proxyAddresses = SMTP:ann@corp.example, smtp:a.lee@corp.example
	// onPremisesSamAccountName = ann
	// onPremisesDistinguishedName = CN=Ann Lee,OU=Staff,DC=corp,DC=example
	// onPremisesAccountEnabled = false
	// may be used: false
	// left scope (now at CN=Ann Lee,OU=Alumni,DC=corp,DC=example)
}
