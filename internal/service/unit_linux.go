package service

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"syncd/deploy"
	"syncd/internal/directory"
)

func unitName(name string) string { return name + ".service" }

// ownUnit and ownDropIn are what Install writes; packages write neither.
func ownUnit(name string) string { return "etc/systemd/system/" + unitName(name) }

func ownDropIn(name string) string {
	return "etc/systemd/system/" + unitName(name) + ".d/50-service-install.conf"
}

// packagedUnits are the folders into which packages put units (systemd.unit(5)).
func packagedUnits() []string {
	return []string{"usr/lib/systemd/system", "lib/systemd/system", "usr/local/lib/systemd/system"}
}

// owns reports whether Install wrote anything for a service.
func (s systemd) owns(name string) bool { return s.exists(ownUnit(name)) || s.exists(ownDropIn(name)) }

// files are what Install writes: the unit, unless a package has one, and a drop-in with what differs from it, unless nothing does.
func (s systemd) files(o Options) (map[string]string, error) {
	files := map[string]string{}
	if !slices.ContainsFunc(packagedUnits(), func(folder string) bool { return s.exists(filepath.Join(folder, unitName(o.Name))) }) {
		files[ownUnit(o.Name)] = deploy.Unit()
	}
	text, err := o.dropIn()
	if err == nil && text != "" {
		files[ownDropIn(o.Name)] = text
	}
	return files, err
}

// The values of the unit that an installation may need otherwise.
const (
	unitUser          = "syncd"
	unitStart         = "ExecStart=/usr/bin/syncd --config /etc/syncd/syncd.yaml"
	unitState         = "/var/lib/syncd" // StateDirectory=syncd
	unitConfiguration = "/etc/syncd"     // ConfigurationDirectory=syncd
	unitRuntime       = "/run/syncd"     // RuntimeDirectory=syncd
)

// dropIn is what differs from the unit; "" where nothing does.
func (o *Options) dropIn() (string, error) {
	command, err := o.commandLine()
	if err != nil {
		return "", err
	}
	var lines []string
	if start := "ExecStart=" + command; start != unitStart {
		lines = append(lines, "ExecStart=", start)
	}
	if o.User != "" && o.User != unitUser {
		lines = append(lines, "User="+o.User, "Group=") // without a group it is that of the account
	}
	for _, folder := range o.Writes {
		if folder == unitState {
			continue
		}
		quoted, err := quote(folder)
		if err != nil {
			return "", err
		}
		lines = append(lines, "ReadWritePaths="+quoted)
	}
	if len(lines) == 0 {
		return "", nil
	}
	return "# Written by `syncd service install`: what is otherwise here than in the unit. `syncd service uninstall` removes it.\n[Service]\n" +
		strings.Join(lines, "\n") + "\n", nil
}

// commandLine is the command as a unit has it (systemd.service(5), Command lines): in arguments variables are expanded, in the program not, whose
// name may hold no quotes.
func (o *Options) commandLine() (string, error) {
	if strings.ContainsAny(o.Program, "\"'\\") {
		return "", &directory.Fault{Class: directory.Usage, Cause: "systemd starts no program with a quote or a backslash in its path: " + o.Program, Remedy: "move it to /usr/local/bin"}
	}
	words := []string{o.Program}
	for _, arg := range o.Args {
		words = append(words, strings.ReplaceAll(arg, "$", "$$"))
	}
	for i := range words {
		var err error
		if words[i], err = quote(words[i]); err != nil {
			return "", err
		}
	}
	return strings.Join(words, " "), nil
}

// quote writes a word so that systemd reads it as it is (systemd.syntax(7)).
func quote(word string) (string, error) {
	if strings.ContainsFunc(word, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", &directory.Fault{Class: directory.Usage, Cause: fmt.Sprintf("%q has a line break or another control character, which no unit can hold", word), Remedy: "give that file another name"}
	}
	word = strings.ReplaceAll(word, "%", "%%")
	if !strings.ContainsAny(word, " \"'\\;") {
		return word, nil
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`, nil
}

// checkVisible refuses what the sandbox of the unit hides from the service.
func (o *Options) checkVisible() error {
	for _, path := range slices.Concat([]string{o.Program}, o.Reads, o.Writes) {
		for _, hidden := range []string{"/home", "/root", "/run/user", "/tmp", "/var/tmp"} {
			if strings.HasPrefix(path, hidden+"/") {
				return &directory.Fault{
					Class: directory.Usage, Cause: path + " is in " + hidden + ", which the unit hides from the service",
					Remedy: "move the program to /usr/local/bin, configuration and secrets to /etc/syncd, and the state to " + unitState,
				}
			}
		}
	}
	return nil
}

// cannotListen warns of a socket in a folder that the sandbox of the unit does not let the service write to (ProtectSystem=strict).
func (o *Options) cannotListen() []string {
	if o.Socket == "" {
		return nil
	}
	for _, open := range append([]string{unitRuntime, unitState}, o.Writes...) {
		if inside, err := filepath.Rel(open, o.Socket); err == nil && filepath.IsLocal(inside) {
			return nil
		}
	}
	return []string{fmt.Sprintf("the unit does not let the service make the control socket %s, so it will not start: write control.listen: unix://%s/control.sock, or allow it in a drop-in "+
		"(systemctl edit syncd) with ReadWritePaths=%s", o.Socket, unitRuntime, filepath.Dir(o.Socket))}
}

// write writes new files, for everybody to read.
func (s systemd) write(files map[string]string) error {
	for name, text := range files {
		path := s.path(name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			return &directory.Fault{Cause: "the unit cannot be written: " + err.Error(), Remedy: "let root write to /etc/systemd/system, and run this command again", Err: err}
		}
	}
	return nil
}

// remove removes what Install wrote, and the folder of the drop-in where nothing else is in it.
func (s systemd) remove(name string) error {
	var errs []error
	for _, file := range []string{ownUnit(name), ownDropIn(name)} {
		if err := os.Remove(s.path(file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, &directory.Fault{Cause: "the unit cannot be removed: " + err.Error(), Remedy: "remove that file as root, then run `systemctl daemon-reload`", Err: err})
		}
	}
	_ = os.Remove(s.path(filepath.Dir(ownDropIn(name)))) // an administrator may have a drop-in there
	return errors.Join(errs...)
}
