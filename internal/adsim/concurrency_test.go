package adsim_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"

	"syncd/internal/adsim"
)

// Many clients read in pages and deltas while another writes: nobody fails, and in the end every reader knows every title.
func TestConcurrentClients(t *testing.T) {
	w := start(t, func(c *adsim.Config) { c.PageSize, c.DirSyncBatch = 10, 5 })
	w.staff(40)
	var group errgroup.Group
	group.Go(func() error {
		for i := range 80 {
			m := ldap.NewModifyRequest(fmt.Sprintf("CN=u%d,OU=Staff,%s", i%40, base), nil)
			m.Replace("title", []string{fmt.Sprint(i)})
			if err := w.admin.Modify(m); err != nil {
				return err
			}
		}
		return nil
	})
	for range 3 {
		pages, r := w.dial(adminDN, password), &reader{w: w, conn: w.dial(adminDN, password), flags: flagIncremental}
		group.Go(func() error {
			for range 5 {
				found, err := pages.SearchWithPaging(ldap.NewSearchRequest("OU=Staff,"+base, 1, 0, 0, 0, false, people, nil, nil), 7)
				if err != nil {
					return err
				}
				if len(found.Entries) != 40 {
					return fmt.Errorf("%d of 40 people", len(found.Entries))
				}
			}
			return nil
		})
		group.Go(func() error {
			for more := true; more; {
				var err error
				if _, more, err = r.once(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// Bytes that are no LDAP get a notice of disconnection, and nobody else notices.
func TestGarbage(t *testing.T) {
	w := start(t, nil)
	for _, garbage := range []string{"\x30\x05\x02\x01\x01\x7f\x00", "\x30\x03\x02\x01\x01", "\x30\x04\x30\x80\x30\x80"} {
		c, err := tls.Dial("tcp", w.SecureURL()[len("ldaps://"):], w.trust())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte(garbage)); err != nil {
			t.Error(err)
		}
		if answer, err := io.ReadAll(c); err != nil && len(answer) == 0 {
			t.Errorf("%x was answered with %v and no notice", garbage, err)
		}
		if err := c.Close(); err != nil {
			t.Log("closing:", err) // the server was faster
		}
	}
	w.search(w.service, base, ldap.ScopeBaseObject, "(objectClass=*)", nil)
}
