package ldapsource_test

import (
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap/zaptest"

	"syncd/internal/adsim/samba"
)

func TestSamba(t *testing.T) {
	samba.Need(t)
	const baseDN = "DC=corp,DC=example"
	var people strings.Builder
	fmt.Fprintf(&people, "dn: %s%s\nobjectClass: organizationalUnit\n\n", crowdUnit, baseDN)
	for _, name := range crowd(baseDN) {
		fmt.Fprintf(&people, "dn: %s\nobjectClass: contact\n\n", name)
	}
	d, err := samba.Start(t.Context(), samba.Options{Dir: t.TempDir(), Log: zaptest.NewLogger(t), LDIF: people.String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	})
	is := domain{
		url: d.URL, plainURL: d.PlainURL, caFile: d.CAFile, baseDN: d.BaseDN,
		admin: d.AdminDN, adminPassword: d.AdminPassword, service: d.ServiceUser, servicePassword: d.ServicePassword,
		grantChanges: func(t *testing.T, on bool) {
			change := d.RevokeChanges
			if on {
				change = d.GrantChanges
			}
			if err := change(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		showDeleted: func(t *testing.T, on bool) {
			change := d.HideDeleted
			if on {
				change = d.ShowDeleted
			}
			if err := change(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
	}
	behaviour(t, is)
	t.Run("reverted snapshot", func(t *testing.T) { revertedSnapshot(t, d, is) })
}

// A domain controller that was put back gives its numbers out anew: its cookie is accepted, and a change with a number that was used
// before is silently missing. The object that had changed last shows it, although the numbers have passed the old ones.
func revertedSnapshot(t *testing.T, d *samba.Domain, is domain) {
	c := is.company(t)
	c.user(t, "CN=Ann,"+c.ou)
	s := c.source(t)
	if err := d.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.conn = is.dial(t)
	c.set(t, "CN=Ann,"+c.ou, "department", "Sales")
	mark := full(t, s).mark
	if err := d.Revert(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.conn = is.dial(t)
	wantDistrust(t, s, mark, "highestCommittedUSN fell")
	c.user(t, "CN=Bob,"+c.ou)
	wantDistrust(t, s, mark, "fell from")
}
