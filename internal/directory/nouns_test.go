package directory_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.yaml.in/yaml/v4"

	"syncd/internal/directory"
)

// TestAttributeTable holds the numbers, which are stored, against a list that may only grow, and every path and schema with them.
func TestAttributeTable(t *testing.T) {
	var table strings.Builder
	paths := map[string]bool{}
	for _, a := range directory.Masters() {
		i := a.Info()
		fmt.Fprintf(&table, "%d %s\n", a, i.Path)
		if i.Path == "" || paths[i.Path] || a.Path() != i.Path {
			t.Errorf("attribute %d has no path of its own: %q", a, i.Path)
		}
		paths[i.Path] = true
		if i.Schema != "" && !strings.HasPrefix(i.Path, i.Schema+":") || i.Schema == "" && strings.HasPrefix(i.Path, "urn:") {
			t.Errorf("%s does not belong to %q", i.Path, i.Schema)
		}
	}
	golden, err := os.ReadFile("testdata/attributes.txt")
	if err != nil {
		t.Fatal(err)
	}
	if table.String() != string(golden) {
		t.Errorf("the numbers are stored, and differ from testdata/attributes.txt:\n%s", table.String())
	}
	for _, unused := range []directory.Attribute{0, directory.Photo + 1, 255} {
		if unused.Info() != (directory.Info{}) {
			t.Errorf("attribute %d is %+v", unused, unused.Info())
		}
	}
}

func TestResourceValues(t *testing.T) {
	r := &directory.Resource{Values: []directory.Value{
		{Attribute: directory.DisplayName, Values: []string{"Ann"}}, {Attribute: directory.ProxyAddresses, Values: []string{"a", "b"}},
	}}
	if r.First(directory.DisplayName) != "Ann" || len(r.Get(directory.ProxyAddresses)) != 2 || r.Get(directory.Title) != nil || r.First(directory.UserName) != "" {
		t.Errorf("%+v", r)
	}
}

func TestNames(t *testing.T) {
	for want, values := range map[string]map[directory.Attribute]string{
		"Ann <ann@x>": {directory.DisplayName: "Ann", directory.UserName: "ann@x"},
		"Bob <bob@x>": {directory.DisplayName: "Bob", directory.WorkEmail: "bob@x"},
		"carl@x":      {directory.UserName: "carl@x"},
		"same":        {directory.UserName: "same", directory.DisplayName: "same"},
		"CN=dan":      {directory.OnPremisesDistinguishedName: "CN=dan"},
		"":            {},
	} {
		r := &directory.Resource{}
		for _, a := range directory.Masters() {
			if v := values[a]; v != "" {
				r.Values = append(r.Values, directory.Value{Attribute: a, Values: []string{v}})
			}
		}
		if r.Name() != want {
			t.Errorf("%v is called %q, want %q", values, r.Name(), want)
		}
	}
}

func TestLaw10SecretsNeverPrint(t *testing.T) {
	const word = "hunter2"
	type holder struct {
		Password directory.Secret
		Pointer  *directory.Secret
		Any      any
		List     []directory.Secret
		Map      map[string]directory.Secret
	}
	secret := directory.Secret(word)
	h := holder{secret, &secret, secret, []directory.Secret{secret}, map[string]directory.Secret{"k": secret}}
	printed := []string{fmt.Sprint(secret), fmt.Errorf("no: %w", fmt.Errorf("%v", secret)).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%s", "%x", "%X", "%d", "%t", "%10.3s", "%!"} {
		printed = append(printed, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, h))
	}
	asJSON, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for _, encode := range []func(zapcore.EncoderConfig) zapcore.Encoder{zapcore.NewJSONEncoder, zapcore.NewConsoleEncoder} {
		l := zap.New(zapcore.NewCore(encode(zap.NewProductionEncoderConfig()), zapcore.AddSync(&log), zap.DebugLevel))
		l.Info("x", zap.Any("any", secret), zap.Stringer("stringer", secret), zap.Reflect("holder", h), zap.Any("holders", []holder{h}))
		l.Sugar().Infow("x", "secret", secret, "holder", h)
	}
	for _, p := range append(printed, string(asJSON), string(asYAML), log.String()) {
		if strings.Contains(p, word) || strings.Contains(strings.ToLower(p), fmt.Sprintf("%x", word)) {
			t.Errorf("printed: %s", p)
		}
	}
	if secret.Reveal() != word {
		t.Error("the secret was lost")
	}
}

func TestFaults(t *testing.T) {
	fault := &directory.Fault{Class: directory.Unreachable, Cause: "dc1 does not answer", Remedy: "start it", Err: os.ErrDeadlineExceeded}
	wrapped := fmt.Errorf("pass: %w", fault)
	if directory.ClassOf(wrapped) != directory.Unreachable || !errors.Is(wrapped, os.ErrDeadlineExceeded) || wrapped.Error() != "pass: dc1 does not answer; start it" {
		t.Errorf("%v of class %d", wrapped, directory.ClassOf(wrapped))
	}
	if directory.ClassOf(errors.New("any")) != directory.Failed {
		t.Error("another error has a class")
	}
	field := &directory.FieldError{Field: "bind.user", Problem: "is empty", Remedy: "name the account"}
	if field.Error() != "bind.user: is empty; name the account" {
		t.Error(field)
	}
}

func TestEvidenceSaysWhy(t *testing.T) {
	for want, e := range map[string]directory.Evidence{
		"deleted in Active Directory":                   {Cause: 1}, // stored: never renumber
		"left scope (now at OU=x)":                      {Cause: 2, Detail: "now at OU=x"},
		"excluded by a rule (CNF)":                      {Cause: 3, Detail: "CNF"},
		"not found, without evidence of a deletion":     {},
		"not found, without evidence of a deletion (y)": {Detail: "y"},
	} {
		if e.String() != want {
			t.Errorf("%q, want %q", e, want)
		}
	}
}

// TestWatermarksLast: as long as the domain remembers deletions, where that is known.
func TestWatermarksLast(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		mark directory.Watermark
		want time.Time
	}{
		{directory.Watermark{ReadAt: noon, Lifetime: 48 * time.Hour}, noon.AddDate(0, 0, 2)},
		{directory.Watermark{ReadAt: noon}, time.Time{}}, // of a version that did not say it
		{directory.Watermark{Lifetime: time.Hour}, time.Time{}},
	} {
		if got := c.mark.Until(); !got.Equal(c.want) {
			t.Errorf("%+v: until %v, want %v", c.mark, got, c.want)
		}
	}
}
