package admin

import "syncd/internal/onlinedir/tenant"

// countryOptions are the countries of a select, with the one of a code chosen.
func countryOptions(code string) []option {
	list := []option{{Label: "none", Selected: code == ""}}
	for _, c := range tenant.Countries() {
		list = append(list, option{c.Code, c.Name, c.Code == code})
	}
	return list
}

// countryName is the name of a code; an unknown code stays itself.
func countryName(code string) string {
	for _, c := range tenant.Countries() {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}
