package ldapsource

import (
	"context"
	"errors"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/google/go-cmp/cmp"
)

var errEnough = errors.New("enough")

// The next page is on its way while the first is worked on, and what has to be asked meanwhile waits until it has arrived.
func TestPageIsAskedForAhead(t *testing.T) {
	group := found(2, "objectClass", "group", "uSNChanged", "5", "member;range=0-0", name(1))
	s := scripted(t,
		reply{wants: "(cn=*)", entries: []*ber.Packet{found(1), group}, control: paged("more")},
		reply{wants: "(cn=*)", entries: []*ber.Packet{found(3)}, control: paged("most")},
		reply{wants: "member;range=1-*", entries: []*ber.Packet{found(2, "uSNChanged", "5", "member;range=1-*", name(3))}, control: paged("")},
		reply{wants: "(cn=*)", entries: []*ber.Packet{found(4)}, control: paged("")},
	)
	var got []byte
	err := s.objects(t.Context(), query{base: "DC=x", filter: "(cn=*)"}, nil, func(p *entry) error {
		if got = append(got, p.object.Anchor[0]); len(got) == 1 {
			select { // nobody but the reader ahead can make this happen
			case <-s.ahead.arrived:
			case <-time.After(10 * time.Second):
				return errors.New("the next page does not come")
			}
		}
		if p.object.Anchor[0] == 2 && len(p.object.Members) != 2 {
			t.Errorf("members %v", p.object.Members)
		}
		return nil
	})
	if diff := cmp.Diff([]byte{1, 2, 3, 4}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// Who ends a read in mid page leaves a session that still serves: the page that was asked for ahead is waited for.
func TestSessionServesAfterAnEndedRead(t *testing.T) {
	s := scripted(t,
		reply{entries: []*ber.Packet{found(1)}, control: paged("more")},
		reply{entries: []*ber.Packet{found(2)}, control: paged("most")},
		reply{wants: "(sn=*)", entries: []*ber.Packet{found(5)}, control: paged("")})
	err := s.objects(t.Context(), query{base: "DC=x", filter: "(cn=*)"}, nil, func(*entry) error { return errEnough })
	if !errors.Is(err, errEnough) || s.ahead != nil {
		t.Errorf("%v", err)
	}
	var got []byte
	if err := s.objects(t.Context(), query{base: "DC=x", filter: "(sn=*)"}, nil, collect(&got)); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

// A context that ends while the next page is on its way ends the read at once, with its cause.
func TestCancelEndsAReadAhead(t *testing.T) {
	asked := make(chan struct{})
	s := scripted(t, reply{entries: []*ber.Packet{found(1), found(2)}, control: paged("more")}, reply{silent: true, asked: asked})
	ctx, cancel := context.WithCancelCause(t.Context())
	handed := 0
	err := s.objects(ctx, query{base: "DC=x", filter: "(cn=*)"}, nil, func(*entry) error {
		handed++
		<-asked
		cancel(errEnough)
		return nil
	})
	if err = s.fault(ctx, err, "reading"); !errors.Is(err, errEnough) || handed == 0 {
		t.Errorf("%d objects, %v", handed, err)
	}
}
