package store

import (
	"encoding/binary"
	"time"

	"github.com/oklog/ulid/v2"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// stamp is the last push of an entry that was acknowledged, in its stored form: the operation, when, and the pass, whose ULID is written in
// its 16 bytes. It is a part of the entry, which is written then anyway, because a bucket of its own doubles what a first pass writes. It is
// empty where it is not known.
type stamp []byte

// How the pass of a stamp is written.
const (
	passAsText = 0
	passAsULID = 1
)

func stampOf(op diff.Op, at time.Time, pass string) stamp { return newStamp(byte(op), at.Unix(), pass) }

func newStamp(op byte, at int64, pass string) stamp {
	b := binary.AppendVarint([]byte{op}, at)
	if id, err := ulid.ParseStrict(pass); err == nil && id.String() == pass {
		return append(append(b, passAsULID), id[:]...)
	}
	return append(append(b, passAsText), pass...)
}

// formerStamp reads what a former version wrote, which always has the pass as text.
func formerStamp(b []byte) stamp {
	if len(b) < 2 {
		return nil
	}
	at, width := binary.Varint(b[1:])
	if width <= 0 {
		return nil
	}
	return newStamp(b[0], at, string(b[1+width:]))
}

// read is the push that a stamp stands for, nil for one that is empty or is none.
func (s stamp) read() *directory.Push {
	if len(s) < 3 {
		return nil
	}
	at, width := binary.Varint(s[1:])
	if width <= 0 || len(s) < 2+width {
		return nil
	}
	pass := string(s[2+width:])
	if s[1+width] == passAsULID {
		if len(pass) != len(ulid.ULID{}) {
			return nil
		}
		pass = ulid.ULID([]byte(pass)).String()
	}
	return &directory.Push{Op: diff.Op(s[0]).String(), At: time.Unix(at, 0).UTC(), Pass: pass}
}
