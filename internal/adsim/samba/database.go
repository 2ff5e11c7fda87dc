package samba

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
)

// run executes one of Samba's tools to its end with an environment of its own and returns its standard output.
func (l layout) run(ctx context.Context, stdin, tool string, args ...string) (string, error) {
	path, err := toolPath(tool)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = l.environment()
	cmd.SysProcAttr = ownGroup()
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runtime.LockOSThread() // see startServer
	defer runtime.UnlockOSThread()
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return "", fmt.Errorf("%s: %w: %s", tool, err, tail(stderr.String()+stdout.String()))
	}
	// A refusal in the middle of an LDIF can go with exit status 0: the text decides.
	if said := stderr.String(); strings.Contains(said, "ERR:") || strings.Contains(said, "failed after processing") {
		return "", fmt.Errorf("%s: %s", tool, tail(said))
	}
	return stdout.String(), nil
}

// environment shields the tools from the caller's settings: locale, Python paths, Kerberos configuration.
func (l layout) environment() []string {
	return []string{"PATH=" + systemPath, "LC_ALL=C.UTF-8", "HOME=" + l.dir, "TMPDIR=" + l.dir, "KRB5_CONFIG=" + l.file("private", "krb5.conf")}
}

// tail is the end of a tool's words, enough for an error message.
func tail(s string) string {
	const enough = 2000
	if s = strings.TrimSpace(s); len(s) > enough {
		s = "... " + s[len(s)-enough:]
	}
	return s
}

// ldb runs a tool on the domain's database. The files may be open in the server at the same time: they are locked by
// transaction, and the server sees what is written.
func (l layout) ldb(ctx context.Context, stdin, tool string, args ...string) (string, error) {
	return l.run(ctx, stdin, tool, append([]string{"-H", l.file("private", "sam.ldb"), "--configfile=" + l.file("smb.conf")}, args...)...)
}

func (l layout) add(ctx context.Context, ldif string) error {
	out, err := l.ldb(ctx, ldif, "ldbadd")
	if err == nil && !strings.Contains(out, "successfully") {
		err = fmt.Errorf("ldbadd added nothing: %s", tail(out))
	}
	return err
}

func (l layout) modify(ctx context.Context, ldif string, args ...string) error {
	out, err := l.ldb(ctx, ldif, "ldbmodify", args...)
	if err == nil && !strings.Contains(out, "successfully") {
		err = fmt.Errorf("ldbmodify changed nothing: %s", tail(out))
	}
	return err
}

// attribute reads the only value of an attribute of one object.
func (l layout) attribute(ctx context.Context, dn, name string, args ...string) (string, error) {
	out, err := l.ldb(ctx, "", "ldbsearch", append(args, "-b", dn, "-s", "base", name)...)
	if err != nil {
		return "", err
	}
	// Long values go on in the next line after a space (RFC 2849).
	for line := range strings.Lines(strings.ReplaceAll(out, "\n ", "")) {
		if value, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("%s has no %s: %s", dn, name, tail(out))
}
