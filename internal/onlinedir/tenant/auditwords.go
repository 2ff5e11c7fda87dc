package tenant

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"syncd/internal/directory"
)

// noteChange enters a change of a document into the audit log: what happened to the account, and the attributes that are different now. The
// manager that synchronisation gives a resource as its first change belongs to the creation: it comes apart only because
// the manager must exist before, and a first pass sends a million of them.
func (w *Writer) noteChange(ctx context.Context, record *Record, before, after *columns) error {
	changed, err := changedAttributes(before, after, onPremisesEnabled(record.Document))
	if err != nil {
		return fmt.Errorf("compare the documents of %s: %w", record.ID, err)
	}
	if !before.externalID.Valid && !after.externalID.Valid {
		ctx = byProgram(ctx)
	}
	sync := actorOf(ctx).Sync
	if sync && record.Version == 2 && before.active == after.active && !before.manager.Valid && slices.Equal(changed, []string{"manager"}) {
		return nil
	}
	did := DidChange
	switch {
	case before.active && !after.active && sync:
		did = DidBlock
	case before.active && !after.active:
		did = DidDeactivate
	case !before.active && after.active && sync:
		did = DidUnblock
	case !before.active && after.active:
		did = DidActivate
	}
	return w.note(ctx, did, record.ID, nameOf(record.Document), strings.Join(changed, ", "))
}

type parts = map[string]json.RawMessage

// changedAttributes names what is different, in words, but for active. Both sides are canonical, so equal values are equal bytes. enabled says
// what Active Directory thinks of the account now.
func changedAttributes(before, after *columns, enabled bool) ([]string, error) {
	var was, is parts
	if err := firstOf(json.Unmarshal([]byte(before.body), &was), json.Unmarshal([]byte(after.body), &is)); err != nil {
		return nil, err
	}
	var words []string
	for _, name := range differing(was, is) {
		switch name {
		case directory.SchemaEnterprise, directory.SchemaOnPremises, "name":
			inner, err := differingWithin(was[name], is[name])
			if err != nil {
				return nil, err
			}
			for _, attribute := range inner {
				words = append(words, wordsFor(attribute))
			}
			if slices.Contains(inner, "onPremisesAccountEnabled") {
				words = append(words, map[bool]string{true: "enabled", false: "disabled"}[enabled]+" in Active Directory")
			}
		case "phoneNumbers", "emails":
			types, err := differingTypes(was[name], is[name])
			if err != nil {
				return nil, err
			}
			for _, kind := range types {
				words = append(words, strings.TrimSpace(kind+" "+wordsFor(name)))
			}
		default:
			words = append(words, wordsFor(name))
		}
	}
	if before.manager != after.manager {
		words = append(words, "manager")
	}
	switch {
	case before.externalID == after.externalID:
	case !after.externalID.Valid:
		words = append(words, "let go by synchronisation")
	default:
		words = append(words, "anchor")
	}
	slices.Sort(words)
	return slices.DeleteFunc(slices.Compact(words), func(s string) bool { return s == "" }), nil
}

// differing lists the keys whose values are not the same bytes.
func differing(was, is parts) []string {
	keys := slices.Collect(maps.Keys(was))
	for key := range is {
		if _, both := was[key]; !both {
			keys = append(keys, key)
		}
	}
	return slices.DeleteFunc(keys, func(key string) bool { return bytes.Equal(was[key], is[key]) })
}

func differingWithin(was, is json.RawMessage) ([]string, error) {
	var before, after parts
	for _, side := range []struct {
		text json.RawMessage
		into *parts
	}{{was, &before}, {is, &after}} {
		if side.text == nil {
			continue
		}
		if err := json.Unmarshal(side.text, side.into); err != nil {
			return nil, err
		}
	}
	return differing(before, after), nil
}

// differingTypes lists the types ("work", "mobile") of a multi-valued attribute (RFC 7643 §2.4) whose values differ.
func differingTypes(was, is json.RawMessage) ([]string, error) {
	byType := func(text json.RawMessage) (parts, error) {
		var list []json.RawMessage
		if text != nil {
			if err := json.Unmarshal(text, &list); err != nil {
				return nil, err
			}
		}
		all := parts{}
		for _, element := range list {
			var typed struct{ Type string }
			if err := json.Unmarshal(element, &typed); err != nil {
				return nil, err
			}
			kind := strings.ToLower(typed.Type)
			all[kind] = append(append(all[kind], element...), ',')
		}
		return all, nil
	}
	before, err := byType(was)
	if err != nil {
		return nil, err
	}
	after, err := byType(is)
	return differing(before, after), err
}

// wordsFor is what people call an attribute.
func wordsFor(attribute string) string {
	switch attribute {
	case "onPremisesAccountEnabled":
		return "" // what it is now says more
	case "userName":
		return "sign-in name"
	case "givenName":
		return "first name"
	case "familyName":
		return "last name"
	case "title":
		return "job title"
	case "emails":
		return "mail address"
	case "phoneNumbers":
		return "phone"
	case "addresses":
		return "postal address"
	case "photos":
		return "photo"
	case "securityEnabled":
		return "kind of group"
	case "hideFromAddressLists":
		return "hidden from address lists"
	case "onPremisesSamAccountName":
		return "account name in Active Directory"
	case "onPremisesDistinguishedName":
		return "place in Active Directory"
	}
	return spaced(attribute)
}

// spaced is "mail nickname" for mailNickname and "extension attribute 7" for extensionAttribute7.
func spaced(camel string) string {
	var words strings.Builder
	digits := false
	for i, r := range camel {
		if i > 0 && (unicode.IsUpper(r) || unicode.IsDigit(r) && !digits) {
			words.WriteByte(' ')
		}
		digits = unicode.IsDigit(r)
		words.WriteRune(unicode.ToLower(r))
	}
	return words.String()
}
