package main

import (
	"strconv"
	"strings"
	"testing"
)

// TestRules: expressions take the place of built-in flows, a photo among them; one that fails for somebody refuses that person alone.
func TestRules(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	const png = "\x89PNG\r\n\x1a\n picture"
	w.set(t, w.small(1), "thumbnailPhoto", png)
	w.set(t, w.small(2), "thumbnailPhoto", png+strings.Repeat("x", 100))
	w.set(t, w.small(3), "title", "none")
	w.configure(t, settings{sections: `mapping:
  user:
    photo: photo(100)
    organization: first(company, "Corp Ltd")
    division: 'upper(substring(department, 0, 2)) + (title == "" ? "" : string(int(title)))'
`})
	r := syncd(t, "--now", "--config", w.config)
	words := strings.Join(strings.Fields(r.out), " ")
	if r.code != exitRefused || !all(words, []string{"1 refused", "division has no value, because its rule fails"}) {
		t.Errorf("%+v", r)
	}
	one := w.person(t, 1)
	if one.enterprise("division") != "SA" || one.enterprise("organization") != "Corp Ltd" {
		t.Errorf("%v", one)
	}
	if photos, _ := one["photos"].([]any); len(photos) != 1 {
		t.Errorf("photos: %v", one["photos"])
	}
	if w.person(t, 2)["photos"] != nil {
		t.Error("a photo over the limit arrived")
	}
	w.set(t, w.small(3), "title", "7")
	if p := pass(t, w.config, exitDone); p.Created != 1 || w.person(t, 3).enterprise("division") != "SA7" {
		t.Errorf("%+v", p)
	}
	w.settled(t, 12)
}

// TestAMistakeInARule stops syncd at its start, with the line, the place in the expression and a remedy.
func TestAMistakeInARule(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	pass(t, w.config, exitDone)
	w.configure(t, settings{sections: "mapping:\n  user:\n    title: upper(titel)\n"})
	line := strings.Count(readFile(t, w.config), "\n")
	r := syncd(t, "--now", "--config", w.config)
	want := "syncd.yaml:" + strconv.Itoa(line) + ": mapping.user.title: at character 7, upper(▸titel): titel is no attribute of Active Directory that is known here; did you mean title?"
	if r.code != exitUsage || !strings.Contains(r.err, want) {
		t.Errorf("%+v\nwant %s", r, want)
	}
}
