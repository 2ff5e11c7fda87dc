package cloudtarget_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
)

// meter counts what passes through a handler.
type meter struct {
	next            http.Handler
	requests, bytes atomic.Int64 // bytes of bodies, both ways
}

func (m *meter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.requests.Add(1)
	r.Body = counted{r.Body, &m.bytes}
	m.next.ServeHTTP(&countedWriter{w, &m.bytes}, r)
}

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

type countedWriter struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (w *countedWriter) Write(p []byte) (int, error) {
	w.n.Add(int64(len(p)))
	return w.ResponseWriter.Write(p)
}

// TestGroupOfHundredThousand: adding and removing one member costs a handful of requests and some
// kilobytes, whatever the group's size.
func TestGroupOfHundredThousand(t *testing.T) {
	const members, few, littleBytes = 100_000, 4, 16 << 10
	online := onlinedirtest.New(t)
	group := online.Crowd(members)
	second := online.Must(201, "POST", "/Groups", map[string]any{"schemas": []string{directory.SchemaGroup}, "displayName": "Second"}).ID()
	stranger := online.Must(201, "POST", "/Users", map[string]any{"schemas": []string{directory.SchemaUser}, "userName": "stranger"}).ID()
	eachWay(t, func(t *testing.T, bulk bool) {
		m := &meter{next: online.Handler()}
		if !bulk {
			m.next = withoutBulk(m.next)
		}
		server := httptest.NewServer(m)
		defer server.Close()
		s := visit(t, server.URL+"/scim/v2", online.Token.Reveal())
		if err := s.target.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		edge := func(op diff.Op, group, member string) diff.Change {
			return diff.Change{Op: op, Kind: directory.Group, ID: group, OtherID: member}
		}
		for _, step := range []struct {
			name    string
			changes []diff.Change
		}{
			{"add", []diff.Change{edge(diff.AddMember, group, stranger)}},
			{"add again", []diff.Change{edge(diff.AddMember, group, onlinedirtest.MemberID(7))}},
			{"add to two", []diff.Change{edge(diff.AddMember, group, stranger), edge(diff.AddMember, second, stranger)}},
			{"remove", []diff.Change{edge(diff.RemoveMember, group, stranger)}},
			{"remove from two", []diff.Change{edge(diff.RemoveMember, group, onlinedirtest.MemberID(50_000)), edge(diff.RemoveMember, second, stranger)}},
			{"remove who is not", []diff.Change{edge(diff.RemoveMember, group, second)}},
		} {
			m.requests.Store(0)
			m.bytes.Store(0)
			s.accepted(step.changes...)
			if requests, bytes := m.requests.Load(), m.bytes.Load(); requests > few || bytes > littleBytes {
				t.Errorf("%s: %d requests, %d bytes", step.name, requests, bytes)
			}
		}
		if !bulk { // which is of no account here
			return
		}
		m.requests.Store(0)
		read := 0
		readable, err := s.target.Members(t.Context(), group, func(ids []string) error {
			read += len(ids)
			return nil
		})
		if err != nil || !readable || read != members-1 || m.requests.Load() != 1 {
			t.Errorf("read back: %v, %d members, %d requests, %v", readable, read, m.requests.Load(), err)
		}
	})
}
