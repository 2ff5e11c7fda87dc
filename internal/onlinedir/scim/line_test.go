package scim

import (
	"errors"
	"fmt"
	"testing"

	"syncd/internal/directory"
)

// TestTextsFitTheirLines: what a page could not show is refused, in a document and in a PATCH.
func TestTextsFitTheirLines(t *testing.T) {
	kind := userType()
	post := func(member string) error {
		_, err := kind.Decode(fmt.Appendf(nil, `{"schemas":[%q],"userName":"ann",%s}`, directory.SchemaUser, member))
		return err
	}
	patch := func(path, value string) error {
		_, err := kind.DecodePatch(fmt.Appendf(nil, `{"schemas":[%q],"Operations":[{"op":"replace","path":%q,"value":%s}]}`, SchemaPatch, path, value))
		return err
	}
	name := func(value string) error { return patch("userName", value) }
	for i, err := range []error{
		name(`"a\nb"`), name(`"a\u0000b"`), name(`" ann"`), name(`"ann "`), name(`"a@b@corp.example"`),
		post(`"displayName":"a\r\nb"`), post(`"displayName":"a\u2028b"`), post(`"title":"a\u0007b"`), post(`"name":{"givenName":"a\nb"}`),
		post(`"emails":[{"type":"work","value":"a\n@corp.example"}]`), post(`"addresses":[{"streetAddress":"a\u0000b"}]`),
		patch(directory.Department.Path(), `"a\tb"`), patch(`phoneNumbers[type eq "work"].value`, `"1\n2"`),
		patch(directory.ProxyAddresses.Path(), `["smtp:a\n@corp.example"]`), post(`"emails":["a\n@corp.example"]`), post(`"ims":["a\u0000b"]`), post(`"externalId":" "`),
	} {
		if refused, ok := errors.AsType[*Error](err); !ok || refused.Status != 400 || refused.Type != InvalidValue {
			t.Error(i, err)
		}
	}
	for i, err := range []error{
		name(`"ann lee"`), name(`"ann@corp.example"`), post(`"displayName":"😀 Ünal"`),
		post(`"addresses":[{"streetAddress":"1 High St\nFlat 2","formatted":"x\r\ny"}]`), patch(directory.Description.Path(), `"one\ntwo"`),
		post(`"x509Certificates":[{"value":"QUJD\nREVG"}]`),
	} {
		if err != nil {
			t.Error(i, err)
		}
	}
}
