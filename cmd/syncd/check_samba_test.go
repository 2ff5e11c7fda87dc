//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"syncd/internal/adsim/samba"
	"syncd/internal/directory"
)

// TestCheckRealActiveDirectory takes the rights of the account on a real Active Directory away, gives it others that it should not have, and runs
// the remedies that `syncd check` prints, as they are printed, until nothing of Active Directory is left to do.
func TestCheckRealActiveDirectory(t *testing.T) {
	samba.Need(t)
	w, ad := newCheckedSamba(t)
	for _, err := range []error{ad.RevokeChanges(t.Context()), ad.HideDeleted(t.Context())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.shell(t, `samba-tool group addmembers "Domain Admins" svc-syncd && samba-tool group addmembers "Backup Operators" svc-syncd`)
	w.shell(t, `samba-tool user setexpiry svc-syncd --days=10`)
	w.heal(t, exitDone, "excess rights", "account password") // whoever is an administrator sees everything
	w.compare(t, exitFailed, "deleted objects", "replication right")
	w.shell(t, fmt.Sprintf("samba-tool dsacl set --objectdn=%q --action=allow --car=get-changes-all --trusteedn=%q", ad.BaseDN, ad.ServiceDN))
	w.heal(t, exitFailed, "deleted objects", "replication right", "excess rights")
	w.compare(t, exitDone)
}

// checkedSamba is a world with a real Active Directory, and the environment of its tools.
type checkedSamba struct {
	*world
	environment []string
}

func newCheckedSamba(t *testing.T) (*checkedSamba, *samba.Domain) {
	t.Helper()
	dir := shortTempDir(t)
	const base = "DC=corp,DC=example"
	var ldif strings.Builder
	for _, ou := range []string{"Staff", "Partners", "Groups"} {
		fmt.Fprintf(&ldif, "dn: OU=%s,%s\nobjectClass: organizationalUnit\n\n", ou, base)
	}
	fmt.Fprintf(&ldif, "dn: CN=Ann,OU=Staff,%s\nobjectClass: user\nsAMAccountName: ann\nuserPrincipalName: ann@corp.example\nuserAccountControl: 512\n\n", base)
	folder := mkdir(t, dir, "ad")
	ad, err := samba.Start(t.Context(), samba.Options{Dir: folder, LDIF: ldif.String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ad.Stop(); err != nil {
			t.Error(err)
		}
	})
	w := newWorld(t, dir, activeDirectory{
		url: ad.URL, caFile: ad.CAFile, baseDN: ad.BaseDN, adminDN: ad.AdminDN, adminPassword: ad.AdminPassword,
		serviceUser: ad.ServiceUser, servicePassword: ad.ServicePassword,
	})
	return &checkedSamba{w, append(os.Environ(), "SMB_CONF_PATH="+filepath.Join(folder, "smb.conf"))}, ad
}

// shell runs a command as an administrator of Samba would.
func (w *checkedSamba) shell(t *testing.T, command string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Env = w.environment
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", command, err, out)
	}
}

// compare expects that exactly these names are not in order, and returns their remedies. The service of this machine and the certificate,
// which is made for the length of a test, do not count.
func (w *checkedSamba) compare(t *testing.T, code int, names ...string) (remedies []string) {
	t.Helper()
	found := map[string]bool{}
	report := checked(t, w.config, code)
	for _, f := range report.Findings {
		if f.Level != directory.Fine && f.Name != checkService && f.Name != "certificate" {
			found[f.Name] = true
			remedies = append(remedies, f.Remedy)
		}
	}
	for _, name := range names {
		if !found[name] {
			t.Errorf("%s is in order: %+v", name, report.Findings)
		}
		delete(found, name)
	}
	if len(found) > 0 {
		t.Errorf("besides: %v in %+v", found, report.Findings)
	}
	return remedies
}

// heal runs the remedies of what is not in order, without the words around the commands.
func (w *checkedSamba) heal(t *testing.T, code int, names ...string) {
	t.Helper()
	for _, remedy := range w.compare(t, code, names...) {
		remedy = strings.TrimPrefix(remedy, "as root on the domain controller: ")
		for _, words := range []string{" (it may be in some", ", or renew it"} {
			remedy, _, _ = strings.Cut(remedy, words)
		}
		w.shell(t, remedy)
	}
}
