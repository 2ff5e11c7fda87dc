package architecture

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestMessagesAreFound: however a message is made, in one piece, by a helper, by assignment or from a constant, it is collected.
func TestMessagesAreFound(t *testing.T) {
	const text = `package p

const rule = "use ten characters"

func whole(name string) error {
	return &directory.Fault{Class: directory.Held, Cause: fmt.Sprintf("%s is gone, 100 %% of it", name), Remedy: "look for " + name + " elsewhere"}
}

func far(err error, cause, remedy string) error {
	return &directory.Fault{Class: directory.Unreachable, Cause: cause, Remedy: remedy, Err: err}
}

func uses() {
	far(nil, "the line is cut", "mend it")
	s.far(nil, "the "+kind+" is deaf", rule)
	add := func(field, problem string) { errs = append(errs, &directory.FieldError{Field: field, Problem: problem, Remedy: rule}) }
	add("bind.user", "is missing")
}

func assigned(full bool) error {
	f := &directory.Fault{Class: directory.Usage}
	switch {
	case full:
		f.Class = directory.Failed
		f.Cause = "the disk is full"
		f.Remedy = "make room"
	default:
		f.Cause, f.Remedy = "no file", "name one"
	}
	return f
}

func chosen(small bool) error {
	cause := "too large"
	if small {
		cause = "too small"
	}
	return &directory.Fault{Cause: cause, Remedy: "try another"}
}

func relay(err error) error { return &directory.Fault{Cause: err.Error()} }
`
	sources, err := parseTree(fstest.MapFS{
		"internal/ldapsource/p.go":      {Data: []byte(text)},
		"internal/ldapsource/p_test.go": {Data: []byte("package p\nvar f = &directory.Fault{Cause: \"of a test\"}\n")},
		"internal/adsim/p.go":           {Data: []byte(text)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range messagesOf(sources) {
		got = append(got, m.status+" "+m.says+"; "+m.remedy)
	}
	want := []string{
		"1 the disk is full; make room",
		"1 too large; try another",
		"1 too small; try another",
		"2 no file; name one",
		"2 source.bind.user: is missing; use ten characters",
		"4 … is gone, 100 % of it; look for … elsewhere",
		"5 the line is cut; mend it",
		"5 the … is deaf; use ten characters",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s\n%s", d, strings.Join(got, "\n"))
	}
}
