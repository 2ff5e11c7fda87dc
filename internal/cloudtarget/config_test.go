package cloudtarget

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

func TestConfigValidate(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("token", "abc\n")
	for _, c := range []struct {
		name   string
		change func(*Config)
		fields []string
	}{
		{"good", func(*Config) {}, nil},
		{"clear text on loopback", func(c *Config) { c.URL = "http://127.0.0.1:8080/scim/v2/" }, nil},
		{"clear text on loopback, six", func(c *Config) { c.URL = "http://[::1]:8080" }, nil},
		{"clear text", func(c *Config) { c.URL = "http://online.example/scim/v2" }, []string{"url"}},
		{"clear text, disguised", func(c *Config) { c.URL = "http://localhost.example/" }, []string{"url"}},
		{"no host", func(c *Config) { c.URL = "https:///scim" }, []string{"url"}},
		{"no scheme", func(c *Config) { c.URL = "online.example/scim" }, []string{"url"}},
		{"other scheme", func(c *Config) { c.URL = "ldaps://online.example" }, []string{"url"}},
		{"password in the address", func(c *Config) { c.URL = "https://a:b@online.example" }, []string{"url"}},
		{"query", func(c *Config) { c.URL = "https://online.example/?a=b" }, []string{"url"}},
		{"everything missing", func(c *Config) { *c = Config{} }, []string{"url", "token_file", "concurrency"}},
		{"no token file", func(c *Config) { c.TokenFile = filepath.Join(dir, "none") }, []string{"token_file"}},
		{"a folder", func(c *Config) { c.TokenFile = dir }, []string{"token_file"}},
		{"empty token", func(c *Config) { c.TokenFile = file("empty", " \n") }, []string{"token_file"}},
		{"two tokens", func(c *Config) { c.TokenFile = file("two", "a\nb\n") }, []string{"token_file"}},
		{"no CA", func(c *Config) { c.TLS.CAFile = good }, []string{"tls.ca_file"}},
		{"too many", func(c *Config) { c.Concurrency = 65 }, []string{"concurrency"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := DefaultConfig()
			cfg.URL, cfg.TokenFile = "https://online.example/scim/v2", good
			c.change(&cfg)
			err := cfg.Validate()
			var fields []string
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				for _, e := range joined.Unwrap() {
					field, ok := errors.AsType[*directory.FieldError](e)
					if !ok || field.Remedy == "" {
						t.Fatalf("%v is no complete field error", e)
					}
					fields = append(fields, field.Field)
				}
			}
			if diff := cmp.Diff(c.fields, fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}
