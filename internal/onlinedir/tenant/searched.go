package tenant

import (
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// secondName is the name that a search has to know besides the display name: the family name, or the given name where the display name begins
// with the family name. Folded.
func secondName(doc scim.Document) string {
	name, _ := doc["name"].(map[string]any)
	family, _ := name["familyName"].(string)
	given, _ := name["givenName"].(string)
	family, given = scim.Fold(family), scim.Fold(given)
	if family != "" && strings.HasPrefix(scim.Fold(doc.Text("", "displayName")), family) {
		return given
	}
	return family
}

// phoneFor is the telephone number for a use, as it was written.
func phoneFor(doc scim.Document, use string) string {
	for _, v := range doc.List("", "phoneNumbers") {
		phone, _ := v.(map[string]any)
		if t, _ := phone["type"].(string); strings.EqualFold(t, use) {
			value, _ := phone["value"].(string)
			return value
		}
	}
	return ""
}

// digits are a telephone number as it is dialled: people write the rest as they like.
func digits(number string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
}

// isListed reports whether the address list shows somebody: who has an address and is not hidden in Active Directory.
func isListed(doc scim.Document, addresses []string) bool {
	hidden, _ := doc.Flag(directory.SchemaOnPremises, "hideFromAddressLists")
	return len(addresses) > 0 && !hidden
}
