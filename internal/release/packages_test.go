//go:build linux

package release_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// installed is what both packages bring, and take away again.
func installed(completion string) []string {
	return []string{
		"usr/bin/syncd", "usr/lib/systemd/system/syncd.service", "usr/share/man/man1/syncd.1.gz", "usr/share/bash-completion/completions/syncd",
		"usr/share/fish/vendor_completions.d/syncd.fish", completion, "usr/share/doc/syncd/README.md", "usr/share/doc/syncd/docs/operation.md",
		"usr/share/doc/syncd/deploy/syncd.example.yaml", "usr/share/doc/syncd/deploy/grafana/syncd-overview.json",
	}
}

// configure does what an administrator does after the installation.
func (r *root) configure() {
	r.write("etc/syncd/syncd.yaml", "edited: by hand\n", 0o600)
	r.write("etc/syncd/ad.password", "secret\n", 0o600)
	r.write("var/lib/syncd/state.db", "acknowledged\n", 0o600)
}

// configured fails unless everything is as configure left it.
func (r *root) configured() {
	r.t.Helper()
	for name, want := range map[string]string{"etc/syncd/syncd.yaml": "edited: by hand\n", "etc/syncd/ad.password": "secret\n", "var/lib/syncd/state.db": "acknowledged\n"} {
		if is, err := os.ReadFile(r.path(name)); err != nil || string(is) != want {
			r.t.Errorf("%s: %v %q", name, err, is)
		}
	}
}

// ready fails unless the account and its folders are as the service needs them.
func (r *root) ready() {
	r.t.Helper()
	account := r.account()
	if len(account) != 7 || account[5] != "/var/lib/syncd" || account[6] != "/usr/sbin/nologin" {
		r.t.Fatalf("the account: %q", account)
	}
	owner := account[2] + ":" + account[3]
	if etc, state := r.folder("etc/syncd"), r.folder("var/lib/syncd"); etc != "0750 "+owner || state != "0700 "+owner {
		r.t.Errorf("the folders are %s and %s of the account %s", etc, state, owner)
	}
	if program := r.folder("usr/bin/syncd"); program != "0755 0:0" {
		r.t.Errorf("the program: %s", program)
	}
}

func (r *root) told(want string) {
	r.t.Helper()
	if told := r.toldSystemd(); told != want {
		r.t.Errorf("systemctl was told %q instead of %q", told, want)
	}
}

// lifeOfTheDeb: it is installed where no systemd runs, upgraded where it does, removed, installed again and purged.
func lifeOfTheDeb(t *testing.T, deb string) {
	r := newRoot(t)
	dpkg := func(args ...string) string {
		// Images of containers leave out documentation; here everything is looked at.
		return command(t, "dpkg", append([]string{"--root=" + r.dir, "--force-depends", "--path-include=/usr/share/*", "--log=" + r.path("dpkg.log")}, args...)...)
	}
	files := installed("usr/share/zsh/vendor-completions/_syncd")

	if said := dpkg("--install", deb); !strings.Contains(said, "run `syncd configure` as root") {
		t.Errorf("it does not say how to go on:\n%s", said)
	}
	r.there(files...)
	r.ready()
	r.gone("etc/syncd/syncd.yaml") // it is written, not shipped
	r.told("")                     // nothing to ask
	r.says(version, "/usr/bin/syncd", "--version")

	r.configure()
	r.enable()
	r.runsSystemd()
	if err := os.Chmod(r.path("etc/syncd"), 0o700); err != nil {
		t.Fatal(err)
	}
	if said := dpkg("--install", nextVersion(t, deb)); strings.Contains(said, "syncd configure") || strings.Contains(said, "systemctl enable") {
		t.Errorf("an upgrade needs no set-up:\n%s", said)
	}
	r.configured()
	r.told("daemon-reload; try-restart syncd.service")
	if mode := r.folder("etc/syncd"); !strings.HasPrefix(mode, "0700 ") {
		t.Errorf("the upgrade changed what an administrator had changed: %s", mode)
	}
	r.says("Version: 1.2.4", "/bin/sh", "-c", "while read -r line; do echo \"$line\"; done </var/lib/dpkg/status")

	if said := dpkg("--remove", "syncd"); !strings.Contains(said, "are kept") || !strings.Contains(said, "apt-get purge syncd") {
		t.Errorf("it does not say what stays:\n%s", said)
	}
	r.told("disable --now syncd.service; daemon-reload")
	r.gone(files...)
	r.configured()

	r.write("etc/credstore/syncd.ad.password", "secret\n", 0o600)
	r.write("etc/credstore/other.password", "secret\n", 0o600)
	r.write("etc/systemd/system/syncd.service.d/50-service-install.conf", "[Service]\nUser=other\n", 0o644)
	r.write("etc/systemd/system/syncd.service.d/override.conf", "[Service]\nNice=5\n", 0o644)
	if said := dpkg("--install", deb); !strings.Contains(said, "does not start with this machine: `systemctl enable --now syncd`") { // somebody changed their mind
		t.Errorf("it does not say that the removal has disabled it:\n%s", said)
	}
	r.configured()
	r.told("daemon-reload; try-restart syncd.service") // which starts nothing that does not run
	if said := dpkg("--purge", "syncd"); !strings.Contains(said, "/var/lib/syncd are removed") {
		t.Errorf("it does not say what it removed:\n%s", said)
	}
	r.gone(append(files, "etc/syncd", "var/lib/syncd", "usr/share/doc/syncd", "etc/credstore/syncd.ad.password", "etc/systemd/system/syncd.service.d/50-service-install.conf")...)
	r.there("etc/credstore/other.password", "etc/systemd/system/syncd.service.d/override.conf")
	if r.account() != nil {
		t.Errorf("the account is still there: %q", r.account())
	}
}

// nextVersion is the same package with a higher version.
func nextVersion(t *testing.T, deb string) string {
	t.Helper()
	dir, next := t.TempDir(), filepath.Join(t.TempDir(), "next.deb")
	command(t, "dpkg-deb", "--raw-extract", deb, dir)
	control := filepath.Join(dir, "DEBIAN/control")
	text, err := os.ReadFile(control)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "Version: "+version, "Version: 1.2.4", 1)
	if changed == string(text) {
		t.Fatalf("the package has another version:\n%s", text)
	}
	if err := os.WriteFile(control, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, "dpkg-deb", "-Znone", "--build", dir, next)
	return next
}

// lifeOfTheRPM: it is installed, upgraded (by itself) and removed, which keeps what is an administrator's: rpm has no purge.
func lifeOfTheRPM(t *testing.T, file string) {
	need(t, "rpm", "rpm")
	r := newRoot(t)
	rpm := func(args ...string) string {
		return command(t, "rpm", append([]string{"--root", r.dir, "--dbpath", "/var/lib/rpm", "--nodeps"}, args...)...)
	}
	files := installed("usr/share/zsh/site-functions/_syncd")
	if requires := command(t, "rpm", "-qp", "--requires", file); !strings.Contains(requires, "shadow-utils") {
		t.Errorf("it requires %q", requires)
	}
	if said := rpm("--install", file); !strings.Contains(said, "run `syncd configure` as root") {
		t.Errorf("it does not say how to go on:\n%s", said)
	}
	r.there(files...)
	r.ready()
	r.told("")
	r.says(version, "/usr/bin/syncd", "--version")

	r.configure()
	r.runsSystemd()
	rpm("--upgrade", "--force", file)
	r.there(files...)
	r.configured()
	r.told("daemon-reload; try-restart syncd.service")

	if said := rpm("--erase", "syncd"); !strings.Contains(said, "are kept") || !strings.Contains(said, "userdel syncd") {
		t.Errorf("it does not say what stays:\n%s", said)
	}
	r.told("disable --now syncd.service; daemon-reload")
	r.gone(files...)
	r.configured()

	if err := os.Remove(r.path("run/systemd/system")); err != nil { // an image, or a chroot
		t.Fatal(err)
	}
	rpm("--install", file)
	r.enable()
	rpm("--erase", "syncd")
	r.told("")
	r.gone(enabled)
}
