package ldapsource

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

// everybody and account are security identifiers: S-1-1-0 and S-1-5-21-1-2-3-1103.
const (
	everybody = "010100000000000100000000"
	ours      = "010500000000000515000000" + "01000000" + "02000000" + "03000000" + "4f040000"
	hashes    = "ad f6 31 11 07 9c d1 11 f7 9f 00 c0 4f c2 dc d2"
)

// descriptorOf writes a self-relative security descriptor with these entries, in hexadecimal digits.
func descriptorOf(t *testing.T, entries ...string) []byte {
	t.Helper()
	body := ""
	for _, e := range entries {
		e = strings.ReplaceAll(e, " ", "")
		size := len(e)/2 + 2 // with the two bytes of the size itself
		body += e[:4] + hex.EncodeToString([]byte{byte(size), byte(size >> 8)}) + e[4:]
	}
	size := len(body)/2 + lengthOfACL
	text := "0100048c" + "00000000" + "00000000" + "00000000" + "14000000" +
		"0400" + hex.EncodeToString([]byte{byte(size), byte(size >> 8)}) + hex.EncodeToString([]byte{byte(len(entries)), 0}) + "0000" + body
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhoMayReplicateEverything(t *testing.T) {
	a := account{sid: "S-1-5-21-1-2-3-1103", groups: []string{"S-1-1-0"}}
	for _, c := range []struct {
		name  string
		entry string
		holds bool
	}{
		{"the right itself", "0500 00010000 01000000" + hashes + ours, true},
		{"by a group", "0500 00010000 01000000" + hashes + everybody, true},
		{"every control access right", "0000 00010000" + ours, true},
		{"everything", "0000 00000010" + ours, true},
		{"to read", "0000 10000000" + ours, false},
		{"denied", "0600 00010000 01000000" + hashes + ours, false},
		{"for what is below alone", "0508 00010000 01000000" + hashes + ours, false},
		{"another right", "0500 00010000 01000000" + strings.Replace(hashes, "ad", "aa", 1) + ours, false},
		{"somebody else", "0500 00010000 01000000" + hashes + strings.Replace(ours, "4f04", "5004", 1), false},
	} {
		list, ok := grants(descriptorOf(t, "0000 00010000"+strings.Replace(ours, "4f04", "0000", 1), c.entry))
		if holds := a.holds(list, getChangesAll); !ok || holds != c.holds {
			t.Errorf("%s: %t, want %t; %+v", c.name, holds, c.holds, list)
		}
	}
}

// FuzzGrants: whatever a server sends, nothing breaks.
func FuzzGrants(f *testing.F) {
	f.Add([]byte{1, 0, 4, 0x8c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 4, 0, 8, 0, 1, 0, 0, 0, 5, 0, 8, 0, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, ok := grants(b)
		for _, g := range list {
			if !strings.HasPrefix(g.sid, "S-") {
				t.Errorf("%t: %+v", ok, g)
			}
		}
		_ = sidText(b)
	})
}

func TestFileTimes(t *testing.T) {
	for _, c := range []struct {
		text  string
		at    time.Time
		known bool
	}{
		{"", time.Time{}, false},
		{"soon", time.Time{}, false},
		{"-1", time.Time{}, false},
		{"0", time.Time{}, true},
		{strconv.FormatInt(math.MaxInt64, 10), time.Time{}, true},
		{"116444736000000000", time.Unix(0, 0).UTC(), true},
		{"132539328000000001", time.Date(2021, 1, 1, 0, 0, 0, 100, time.UTC), true},
	} {
		at, known := fileTime(c.text)
		if known != c.known || !at.Equal(c.at) {
			t.Errorf("%q: %v, %t", c.text, at, known)
		}
	}
	for _, flags := range []string{"66048", "512"} {
		a := account{flags: flags}
		if at, known := a.expiry(); !at.IsZero() || known != (flags == "66048") {
			t.Errorf("%s: %v, %t", flags, at, known)
		}
	}
}
