package adsim

import (
	"crypto/tls"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim/dit"
	"syncd/internal/adsim/wire"
	"syncd/internal/directory"
)

// bind answers a simple bind (MS-ADTS 5.1.1.1.1). Whatever fails leaves the connection anonymous.
func (c *connection) bind(b wire.Bind) wire.Result {
	c.user = nil
	c.pages = pages{}
	switch {
	case b.Mechanism != "":
		return wire.Result{
			Code: ldap.LDAPResultAuthMethodNotSupported, Message: "00002027: the authentication mechanism " + b.Mechanism + " is not supported",
		}
	case b.Version != 2 && b.Version != 3:
		return wire.Result{Code: ldap.LDAPResultProtocolError, Message: fmt.Sprintf("00000057: LDAP version %d does not exist", b.Version)}
	case b.Name == "" || b.Password == "":
		return wire.Result{} // without a password it is an anonymous bind, whatever the name (RFC 4513 §5.1.2)
	case !c.secure || c.server.faults().RefuseSimple:
		return wire.Result{
			Code: ldap.LDAPResultStrongAuthRequired,
			Message: "00002028: LdapErr: DSID-0C090202, comment: The server requires binds to turn on integrity checking " +
				"if SSL\\TLS are not already active on the connection, data 0, v1db1",
		}
	case c.server.faults().RefuseBinds:
		return wire.Result{
			Code: ldap.LDAPResultInvalidCredentials, Message: "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1",
		}
	}
	user, err := c.server.tree.Authenticate(b.Name, directory.Secret(b.Password))
	if err != nil {
		return failureResult(err)
	}
	c.user = user
	return wire.Result{}
}

// The extended operations that are served.
const (
	startTLS = "1.3.6.1.4.1.1466.20037"
	whoAmI   = "1.3.6.1.4.1.4203.1.11.3"
)

// extended answers an extended request; after StartTLS the connection continues encrypted.
func (c *connection) extended(id int64, e wire.Extended) error {
	switch e.OID {
	case whoAmI:
		c.out.Result(id, wire.TagExtendedResponse, wire.Result{Value: []byte(c.identity())})
	case startTLS:
		return c.startTLS(id)
	default:
		c.out.Result(id, wire.TagExtendedResponse, wire.Result{
			Code: ldap.LDAPResultProtocolError, Message: "0000203D: LdapErr: DSID-0C091295, comment: Unknown extended request OID, data 0, v1db1",
		})
	}
	return nil
}

// identity is how WhoAmI names the user (RFC 4532, MS-ADTS 3.1.1.3.4.2.4).
func (c *connection) identity() string {
	if c.user == nil {
		return ""
	}
	var name string
	c.server.tree.View(func() {
		for _, v := range c.server.tree.Text(c.user, "sAMAccountName") {
			name = "u:" + c.server.tree.NetBIOSName() + `\` + v
		}
	})
	return name
}

func (c *connection) startTLS(id int64) error {
	if c.secure || c.reader.Buffered() > 0 {
		c.out.Result(id, wire.TagExtendedResponse, wire.Result{
			Code: ldap.LDAPResultOperationsError, Message: "00000000: LdapErr: DSID-0C0910C1, comment: TLS is already active, data 0, v1db1", OID: startTLS,
		})
		return nil
	}
	c.out.Result(id, wire.TagExtendedResponse, wire.Result{OID: startTLS})
	if err := c.flush(); err != nil {
		return err
	}
	secured := tls.Server(c.socket, c.server.tls)
	if err := secured.Handshake(); err != nil {
		return fmt.Errorf("StartTLS: %w", err)
	}
	c.socket, c.secure = secured, true
	c.reader.Reset(secured)
	return nil
}

// access is what the connection's user may do at the moment.
type access struct {
	bound      bool
	privileged bool
	Rights
}

func (c *connection) access() access {
	if c.user == nil {
		return access{}
	}
	a := access{bound: true}
	if c.user == c.server.service {
		a.Rights = c.server.serviceRights()
	}
	c.server.tree.View(func() { a.privileged = c.server.tree.MemberOf(c.user, c.server.admins) })
	if a.privileged {
		a.Rights = Rights{GetChanges: true, SeeDeleted: true}
	}
	return a
}

// errAnonymous is the answer to everything but rootDSE before a bind.
func errAnonymous() error {
	return &dit.Failure{
		Code: ldap.LDAPResultOperationsError,
		Message: "000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be completed " +
			"on the connection., data 0, v1db1",
	}
}

func errAccess(what string) error {
	return &dit.Failure{Code: ldap.LDAPResultInsufficientAccessRights, Message: "00002098: SecErr: DSID-031514A0, problem 4003 (INSUFF_ACCESS_RIGHTS), " + what}
}
