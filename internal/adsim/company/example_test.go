package company_test

import (
	"fmt"

	"syncd/internal/adsim"
	"syncd/internal/adsim/company"
)

// A domain with a company of fifty, served to any LDAP client, in which life goes on.
func Example() {
	config := adsim.DefaultConfig()
	config.AdminPassword, config.ServicePassword = "for the administrator", "for svc-syncd"
	server, err := adsim.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	firm, err := company.Populate(server, company.Config{Seed: 1, Users: 50})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := server.Listen("", "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		sentence, err := firm.Next()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(sentence)
	}
	if err := server.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Jiří Svoboda joined the team of project Aurora
	// Žofie Svoboda was promoted to Account Manager
	// Šimon Horák joined Finance in Prague as Accountant
}
