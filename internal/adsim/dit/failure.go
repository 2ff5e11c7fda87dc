package dit

import (
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

// Failure is a refused operation in LDAP's terms: a result code (RFC 4511 §4.1.9) and the diagnostic message that Active
// Directory puts beside it, which starts with a Windows error number in hexadecimal.
type Failure struct {
	Code    uint16
	Message string
	Matched string // the nearest existing ancestor's DN, for noSuchObject
}

func (f *Failure) Error() string {
	return fmt.Sprintf("%s (%d): %s", ldap.LDAPResultCodeMap[f.Code], f.Code, f.Message)
}

func refuse(code uint16, format string, values ...any) *Failure {
	return &Failure{Code: code, Message: fmt.Sprintf(format, values...)}
}

func noSuchAttribute(name, dn string) *Failure {
	return refuse(ldap.LDAPResultNoSuchAttribute, "0000200A: attribute '%s' on entry '%s' was not found in the schema", name, dn)
}

func noSuchObject(dn string) *Failure {
	return refuse(ldap.LDAPResultNoSuchObject, "00002030: no such object: %s", dn)
}
