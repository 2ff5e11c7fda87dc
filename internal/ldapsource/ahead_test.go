package ldapsource

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
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

// An object that is filled anew has nothing of the one before, and its texts outlive it.
func TestFilledAnewHasNoRemains(t *testing.T) {
	s := scripted(t,
		reply{entries: []*ber.Packet{found(1, "title", "Boss", "cn", "a|b", "primaryGroupID", "7", "member;range=0-*", name(9))}, control: paged("a")},
		reply{entries: []*ber.Packet{found(2, "cn", "c")}, control: paged("b")},
		reply{entries: []*ber.Packet{found(3), found(4, "cn", "d|e|f", "title", "King")}, control: paged("c")},
		reply{entries: []*ber.Packet{found(5, "title", "Page")}, control: paged("d")},
		reply{entries: []*ber.Packet{found(6)}, control: paged("")})
	s.parser.wanted = newSpelling([]string{"title", "cn"})
	var got []directory.Object
	var texts []string
	err := s.objects(t.Context(), query{base: "DC=x", filter: "(cn=*)", passing: true}, nil, func(p *entry) error {
		o := p.object
		o.Attributes = maps.Clone(o.Attributes)
		for name, values := range o.Attributes {
			o.Attributes[name] = slices.Clone(values)
			texts = append(texts, values...)
		}
		got = append(got, o)
		if p.group != "" && p.object.Anchor[0] != 1 || len(p.rest) > 0 {
			t.Errorf("%+v", p)
		}
		return nil
	})
	object := func(n byte, attributes directory.Attributes, members ...directory.Anchor) directory.Object {
		_, dn, _ := splitExtended(name(n))
		return directory.Object{Anchor: directory.Anchor{n}, GUID: directory.Anchor{n}, DN: dn, Attributes: attributes, Members: members}
	}
	want := []directory.Object{
		object(1, directory.Attributes{"title": {"Boss"}, "cn": {"a", "b"}}, directory.Anchor{9}), object(2, directory.Attributes{"cn": {"c"}}), object(3, nil),
		object(4, directory.Attributes{"cn": {"d", "e", "f"}, "title": {"King"}}), object(5, directory.Attributes{"title": {"Page"}}), object(6, nil),
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	slices.Sort(texts)
	if diff := cmp.Diff([]string{"Boss", "King", "Page", "a", "b", "c", "d", "e", "f"}, texts); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}
