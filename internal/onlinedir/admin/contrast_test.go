package admin_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast holds WCAG 2.2 §1.4.3: what can be read has a contrast of 4.5 to what is behind it, in both modes.
func TestContrast(t *testing.T) {
	text, err := os.ReadFile("assets/style.css")
	if err != nil {
		t.Fatal(err)
	}
	pair := regexp.MustCompile(`light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`)
	colour := func(rule string) [2]string {
		found := pair.FindStringSubmatch(rule)
		if found == nil {
			t.Fatal("no pair of colours in", rule)
		}
		return [2]string{found[1], found[2]}
	}
	variable := map[string][2]string{"the text": {"#404040", "#e0e0e0"}, "the surface": {"#ffffff", "#262626"}, "the page": {"#fafafa", "#171717"}} // the first and the last are Tabler's
	for _, line := range strings.Split(string(text), "\n") {
		name, rule, found := strings.Cut(strings.TrimSpace(line), ":")
		if found && strings.HasPrefix(name, "--") && pair.MatchString(rule) {
			variable[name] = colour(rule)
		}
	}
	type combination struct{ what, front, behind string }
	combinations := []combination{
		{"a lead", "--tblr-secondary-color", "the page"},
		{"a note", "--tblr-secondary-color", "the surface"},
		{"a header of a list", "--tblr-secondary-color", "--soft"},
		{"the current view", "--blue", "--tint"},
		{"the current section", "--blue", "the surface"},
		{"an error of a field", "--red", "the surface"},
	}
	tints := regexp.MustCompile(`(?m)^(\.state\.\w+|\.corner:has\([^)]*\)) \{ .*$`)
	for n, rule := range tints.FindAllString(string(text), -1) {
		if !strings.Contains(rule, "background") {
			continue
		}
		behind := "tint " + strconv.Itoa(n)
		variable[behind] = colour(rule)
		combinations = append(combinations, combination{rule[:strings.Index(rule, " {")], regexp.MustCompile(`[^-]color: var\((--\w+)\)`).FindStringSubmatch(rule)[1], behind})
	}
	if len(combinations) < 12 {
		t.Error("the style sheet has another form now: only these were found:", combinations)
	}
	for _, c := range combinations {
		front, behind := variable[c.front], variable[c.behind]
		for mode, name := range []string{"light", "dark"} {
			if ratio := contrast(t, front[mode], behind[mode]); ratio < 4.5 {
				t.Errorf("%s, %s mode: %s on %s has a contrast of %.2f", c.what, name, front[mode], behind[mode], ratio)
			}
		}
	}
}

// contrast is that of WCAG 2.2, from relative luminances.
func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) != 7 {
		t.Fatalf("%q is no colour", colour)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
