package service

import (
	"strings"
	"testing"

	"syncd/internal/directory"
)

// TestAccounts: a password is asked for where Windows needs one, and only there; it never shows.
func TestAccounts(t *testing.T) {
	for _, c := range []struct {
		user     string
		password directory.Secret
		says     string // of the fault, empty for none
	}{
		{"", "", ""},
		{"LocalSystem", "", ""},
		{`CORP\gmsa$`, "", ""},
		{"gmsa$@corp.example", "", "has a password"},
		{`NT SERVICE\syncd`, "", ""},
		{`nt authority\LocalService`, "", ""},
		{`CORP\svc-syncd`, "Acc0unt-secret", ""},
		{`CORP\svc-syncd`, "", "--password-file"},
		{`.\svc-syncd`, "", "--password-file"},
		{"", "Acc0unt-secret", "--user"},
		{`CORP\gmsa$`, "Acc0unt-secret", "leave out --password-file"},
		{`NT SERVICE\syncd`, "Acc0unt-secret", "leave out --password-file"},
	} {
		o := Options{User: c.user, Password: c.password}
		err := o.checkAccount()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q with %d letters of a password: %v, want %q", c.user, len(c.password), err, c.says)
		}
		if err != nil && directory.ClassOf(err) != directory.Usage {
			t.Errorf("%q: the class is %v", c.user, directory.ClassOf(err))
		}
		if err != nil && strings.Contains(err.Error(), "Acc0unt-secret") {
			t.Errorf("%q: the password shows (law 10)", c.user)
		}
	}
}
