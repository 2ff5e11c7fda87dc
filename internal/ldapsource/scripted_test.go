package ldapsource

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

// reply is what a scripted server says to one search.
type reply struct {
	wants   string // must occur in the base, the filter or the attributes of the request
	entries []*ber.Packet
	code    uint16
	control ldap.Control  // nil: the answer comes without
	hangUp  bool          // after the entries
	silent  bool          // no final answer: the server waits until the client hangs up
	asked   chan struct{} // closed when the request has come; may be nil
}

// scripted is a session with a server that gives the replies one after the other and then hangs up.
func scripted(t *testing.T, replies ...reply) *Session {
	t.Helper()
	client, server := net.Pipe()
	s := &Source{log: zap.NewNop(), wanted: newSpelling(nil), kinds: directory.Kinds(), cfg: DefaultConfig(), options: Options{Now: time.Now}}
	session := s.newSession(newLink(newIntake(client), client), "dc1")
	session.base, session.parser.domain = "DC=x", "DC=x"
	session.root = rootDSE{defaultNC: "DC=x", contexts: []string{"DC=x"}, controls: []string{ldap.ControlTypeDirSync}}
	session.primary = primaryGroups{asked: true}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = server.Close() }()
		for _, a := range replies {
			if !a.play(t, server) {
				return
			}
		}
	}()
	t.Cleanup(func() { session.Close(); <-done })
	return session
}

func (a reply) play(t *testing.T, server net.Conn) bool {
	request, err := ber.ReadPacket(server)
	if err != nil {
		t.Errorf("the server waited for a request about %s: %v", a.wants, err)
		return false
	}
	if a.asked != nil {
		close(a.asked)
	}
	id, op := request.Children[0].Value.(int64), request.Children[1]
	filter, err := ldap.DecompileFilter(op.Children[6])
	if err != nil {
		t.Error(err)
	}
	text := op.Children[0].Value.(string) + " " + filter
	for _, c := range op.Children[7].Children {
		text += " " + c.Value.(string)
	}
	if !strings.Contains(text, a.wants) {
		t.Errorf("request %s, want %s", text, a.wants)
	}
	for _, e := range a.entries {
		if _, err := server.Write(envelope(id, e, nil).Bytes()); err != nil {
			return false
		}
	}
	if a.hangUp {
		return false
	}
	if a.silent {
		_, err := server.Read(make([]byte, 1))
		return err == nil
	}
	done := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultDone, nil, "")
	done.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(a.code), ""))
	done.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	done.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	_, err = server.Write(envelope(id, done, a.control).Bytes())
	return err == nil
}

func envelope(id int64, op *ber.Packet, control ldap.Control) *ber.Packet {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	p.AppendChild(op)
	if control != nil {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		list.AppendChild(control.Encode())
		p.AppendChild(list)
	}
	return p
}

// found is an entry whose anchor begins with the byte n; values are pairs of attribute and value.
func found(n byte, values ...string) *ber.Packet {
	id := directory.Anchor{n}
	a := answer{dn: name(n), attributes: []attribute{{"objectGUID", []string{string(id[:])}}}}
	for i := 0; i < len(values); i += 2 {
		a.attributes = append(a.attributes, attribute{values[i], strings.Split(values[i+1], "|")})
	}
	return encoded(a)
}

func name(n byte) string {
	return "<GUID=" + directory.Anchor{n}.GUID() + ">;CN=" + string('a'+rune(n)) + ",DC=x"
}

func paged(cookie string) ldap.Control {
	c := ldap.NewControlPaging(0)
	c.SetCookie([]byte(cookie))
	return c
}

func synced(more int64, cookie string) ldap.Control {
	return ldap.NewRequestControlDirSync(more, 0, []byte(cookie))
}

func collect(list *[]byte) func(*entry) error {
	return func(p *entry) error {
		*list = append(*list, p.object.Anchor[0])
		return nil
	}
}

// Law 3: an empty, partial, truncated or unreadable read is an error, and nothing of an unproved page is handed on.
func TestUnprovedPagesDoNotCount(t *testing.T) {
	for name, last := range map[string]reply{
		"no control":                     {entries: []*ber.Packet{found(2)}},
		"hung up":                        {entries: []*ber.Packet{found(2)}, hangUp: true},
		"hung up before the first entry": {hangUp: true},
		"size limit":                     {entries: []*ber.Packet{found(2)}, code: ldap.LDAPResultSizeLimitExceeded, control: paged("")},
		"time limit":                     {code: ldap.LDAPResultTimeLimitExceeded, control: paged("")},
		"busy":                           {code: ldap.LDAPResultBusy},
	} {
		s := scripted(t, reply{wants: "DC=x", entries: []*ber.Packet{found(1)}, control: paged("more")}, last)
		var got []byte
		err := s.fault(t.Context(), s.objects(t.Context(), query{base: "DC=x", filter: "(cn=*)"}, nil, collect(&got)), "reading")
		if f, ok := errors.AsType[*directory.Fault](err); !ok || f.Class != directory.Unreachable {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff([]byte{1}, got); diff != "" {
			t.Errorf("%s: handed on (-want +got):\n%s", name, diff)
		}
	}
}

func TestCancelEndsARead(t *testing.T) {
	s := scripted(t, reply{entries: []*ber.Packet{found(1)}, silent: true})
	why := errors.New("the daemon stops")
	ctx, cancel := context.WithCancelCause(t.Context())
	err := s.search(ctx, query{base: "DC=x", filter: "(cn=*)"}, func(*answer) error { cancel(why); return nil }, nil)
	if err = s.fault(ctx, err, "reading"); !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
}

func TestRangesAreReadAgainWhenTheGroupChanges(t *testing.T) {
	group := func(usn, part, members string) []*ber.Packet {
		return []*ber.Packet{found(9, "uSNChanged", usn, "member;range="+part, members)}
	}
	ask := func(from string, entries []*ber.Packet) reply {
		return reply{wants: "member;range=" + from + "-*", entries: entries, control: paged("")}
	}
	s := scripted(t,
		ask("2", group("5", "2-3", name(3)+"|"+name(4))),
		ask("4", group("6", "4-*", name(5))), // changed
		ask("0", group("6", "0-1", name(1)+"|"+name(2))),
		reply{wants: "member;range=2-*", code: ldap.LDAPResultOperationsError}, // shrank
		ask("0", group("7", "0-1", name(1)+"|"+name(2))),
		ask("2", nil), // and is gone
	)
	p := s.parser.parse(&answer{dn: name(9), attributes: []attribute{{"uSNChanged", []string{"5"}}, {"member", nil}, {"member;range=0-1", []string{name(1), name(2)}}}})
	exists, err := s.complete(t.Context(), p)
	if exists || err != nil {
		t.Errorf("exists %v, %v", exists, err)
	}
	s = scripted(t, ask("0", group("5", "0-1", name(1)+"|"+name(2))), ask("2", group("5", "2-*", name(3))))
	p, exists, err = s.membership(t.Context(), directory.Anchor{9})
	if diff := cmp.Diff([]directory.Anchor{{1}, {2}, {3}}, p.object.Members); diff != "" || !exists || err != nil {
		t.Errorf("exists %v, %v (-want +got):\n%s", exists, err, diff)
	}
}

func TestDirSyncFollowsBatches(t *testing.T) {
	s := scripted(t,
		reply{wants: "DC=x", entries: []*ber.Packet{found(1, "name", "a")}, control: synced(1, "one")},
		reply{entries: []*ber.Packet{found(2, "member;range=1-1", name(1)), found(3, "instanceType", "4")}, control: synced(1, "two")},
		reply{entries: []*ber.Packet{found(2, "member;range=0-0", name(1)), found(1, "name", "b")}, control: synced(0, "three")})
	set, cookie, err := s.streamed(t.Context(), []byte("zero"))
	if err != nil || string(cookie) != "three" {
		t.Fatalf("%s %v", cookie, err)
	}
	if diff := cmp.Diff([]directory.Anchor{{1}, {2}}, set.order); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]directory.Link{{Edge: directory.Edge{Group: directory.Anchor{2}, Member: directory.Anchor{1}}, Removed: true}}, set.links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

func TestDirSyncThatNeverEnds(t *testing.T) {
	for name, last := range map[string]reply{
		"standing still": {control: synced(1, "one")}, "no control": {}, "no cookie": {control: synced(0, "")}, "hung up": {hangUp: true},
	} {
		s := scripted(t, reply{control: synced(1, "one")}, last)
		if _, _, err := s.streamed(t.Context(), []byte("zero")); err == nil || errors.Is(err, directory.ErrWatermark) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServerWithoutIncrementalLinks(t *testing.T) {
	s := scripted(t,
		reply{code: ldap.LDAPResultUnavailableCriticalExtension},
		reply{entries: []*ber.Packet{found(2, "member", name(1))}, control: synced(0, "one")})
	set, _, err := s.streamed(t.Context(), []byte("zero"))
	if _, whole := set.whole[directory.Anchor{2}]; err != nil || !whole || !s.wholeLinks || len(set.links) > 0 {
		t.Errorf("%+v %v", set, err)
	}
	s = scripted(t, reply{code: ldap.LDAPResultUnavailableCriticalExtension}, reply{code: ldap.LDAPResultUnavailableCriticalExtension})
	if _, _, err = s.streamed(t.Context(), []byte("zero")); !errors.Is(err, directory.ErrWatermark) || s.wholeLinks {
		t.Errorf("a rejected cookie: %v", err)
	}
}
