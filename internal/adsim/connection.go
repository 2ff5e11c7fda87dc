package adsim

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"

	"syncd/internal/adsim/dit"
	"syncd/internal/adsim/wire"
)

// connection is one client. Its requests are served one after the other.
type connection struct {
	server *Server
	socket net.Conn
	reader *bufio.Reader
	secure bool
	user   *dit.Entry // nil while anonymous
	pages  pages
	sent   int // entries, for Fault.DropAfter
	out    wire.Buffer
}

// errDropped ends a connection on purpose.
var errDropped = errors.New("the connection was dropped on request of a test")

func newConnection(s *Server, socket net.Conn, secure bool) *connection {
	if secure {
		socket = tls.Server(socket, s.tls)
	}
	return &connection{server: s, socket: socket, reader: bufio.NewReader(socket), secure: secure}
}

// serve answers until the client leaves or sends what cannot be understood.
func (c *connection) serve() {
	for {
		if err := c.next(); err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
				c.server.config.Log.Debug("a connection ended", zap.Error(err))
			}
			return
		}
	}
}

// next serves one request. io.EOF is a client that left.
func (c *connection) next() error {
	message, err := wire.Read(c.reader)
	if err != nil {
		return err
	}
	r, err := wire.Decode(message)
	if err != nil {
		c.disconnectNotice(err)
		return errors.Join(err, c.flush())
	}
	c.out.Bytes = c.out.Bytes[:0]
	if err := c.dispatch(r); err != nil {
		return err
	}
	return c.flush()
}

// disconnectNotice is the unsolicited notification that goes before closing (RFC 4511 §4.4.1).
func (c *connection) disconnectNotice(err error) {
	c.out.Bytes = c.out.Bytes[:0]
	c.out.Result(0, wire.TagExtendedResponse, wire.Result{
		Code: ldap.LDAPResultProtocolError, Message: err.Error(), OID: "1.3.6.1.4.1.1466.20036",
	})
}

func (c *connection) flush() error {
	if len(c.out.Bytes) == 0 {
		return nil
	}
	_, err := c.socket.Write(c.out.Bytes)
	c.out.Bytes = c.out.Bytes[:0]
	return err
}

// knownControls may be critical. Some of them change nothing here, as on a domain controller that has nothing to add for them.
func knownControl(oid string) bool {
	switch oid {
	case wire.ControlPaged, wire.ControlShowDeleted, wire.ControlShowRecycled, wire.ControlExtendedDN, wire.ControlDirSync,
		wire.ControlSDFlags, wire.ControlDomainScope, wire.ControlSearchOptions, wire.ControlTreeDelete, wire.ControlLazyCommit,
		wire.ControlManageDSAIT:
		return true
	}
	return false
}

// dispatch answers one request into the buffer; its error ends the connection.
func (c *connection) dispatch(r *wire.Request) error {
	answer := answerTag(r.Operation)
	if answer != 0 {
		for _, control := range r.Controls {
			if control.Critical && !knownControl(control.OID) {
				c.out.Result(r.ID, answer, failureResult(unavailable("the control "+control.OID+" is not supported")))
				return nil
			}
		}
	}
	switch o := r.Operation.(type) {
	case wire.Unbind:
		return io.EOF
	case wire.Abandon:
		return nil // requests are served in turn: what could be abandoned is already answered
	case wire.Bind:
		c.out.Result(r.ID, answer, c.bind(o))
	case wire.Extended:
		return c.extended(r.ID, o)
	case wire.Search:
		return c.search(r, o)
	case wire.Compare:
		c.out.Result(r.ID, answer, c.compare(o))
	default:
		c.out.Result(r.ID, answer, failureResult(c.write(r)))
	}
	return nil
}

// answerTag is the operation that answers another, 0 where nothing does.
func answerTag(operation any) byte {
	switch operation.(type) {
	case wire.Bind:
		return wire.TagBindResponse
	case wire.Search:
		return wire.TagSearchDone
	case wire.Add:
		return wire.TagAddResponse
	case wire.Modify:
		return wire.TagModifyResponse
	case wire.Delete:
		return wire.TagDeleteResponse
	case wire.Rename:
		return wire.TagRenameResponse
	case wire.Compare:
		return wire.TagCompareResponse
	case wire.Extended:
		return wire.TagExtendedResponse
	}
	return 0
}

// failureResult turns an error into a result; nil is success.
func failureResult(err error) wire.Result {
	if err == nil {
		return wire.Result{}
	}
	if f, ok := errors.AsType[*dit.Failure](err); ok {
		return wire.Result{Code: f.Code, Matched: f.Matched, Message: f.Message}
	}
	return wire.Result{Code: ldap.LDAPResultOther, Message: err.Error()}
}

// unavailable is the answer to a control that cannot be honoured.
func unavailable(what string) error {
	return &dit.Failure{
		Code: ldap.LDAPResultUnavailableCriticalExtension, Message: "00000057: LdapErr: DSID-0C090A7D, comment: Error processing control, " + what,
	}
}
