package ldapsource_test

import (
	"testing"

	"go.uber.org/zap/zaptest"

	"syncd/internal/adsim/samba"
)

func TestSamba(t *testing.T) {
	samba.Need(t)
	d, err := samba.Start(t.Context(), samba.Options{Dir: t.TempDir(), Log: zaptest.NewLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	})
	behaviour(t, domain{
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
	})
}
