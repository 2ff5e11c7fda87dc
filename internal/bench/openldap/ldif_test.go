package openldap

import (
	"bufio"
	"strings"
	"testing"
)

// Values that LDIF would take for something else are written in Base64 (RFC 2849).
func TestLDIF(t *testing.T) {
	var out strings.Builder
	l := &LDIF{out: bufio.NewWriter(&out)}
	if err := l.Begin("CN=Žofie,DC=corp"); err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"plain", "", "<GUID=1>", " before", "after ", ":colon", "two\nlines"} {
		if err := l.Value("a", v); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.out.Flush(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimPrefix(out.String(), "\n"), "\n")
	if len(lines) != 9 || lines[1] != "a: plain" || lines[2] != "a: " {
		t.Errorf("%q", lines)
	}
	for _, n := range []int{0, 3, 4, 5, 6, 7} {
		if _, value, ok := strings.Cut(lines[n], ":: "); !ok || value == "" {
			t.Errorf("%q is not in Base64", lines[n])
		}
	}
}
