package samba

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// process is the running server. It has its process group to itself, so that everything it forks ends with it.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	ended chan struct{} // closed after the server has been waited for
}

// serve starts the server and waits until it answers over LDAPS.
func (d *Domain) serve(ctx context.Context) error {
	server, err := d.layout.startServer()
	if err != nil {
		return err
	}
	d.server = server
	const answers = 60 * time.Second
	ctx, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	for {
		if err = d.readRootDSE(); err == nil {
			return nil
		}
		select {
		case <-server.ended:
			return fmt.Errorf("the server ended: %s", d.layout.serverLog())
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer (%w; %w): %s", ctx.Err(), err, d.layout.serverLog())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (d *Domain) readRootDSE() (err error) {
	pem, err := os.ReadFile(d.CAFile)
	if err != nil {
		return err
	}
	authority := x509.NewCertPool()
	authority.AppendCertsFromPEM(pem)
	conn, err := ldap.DialURL(d.URL, ldap.DialWithTLSConfig(&tls.Config{RootCAs: authority}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	conn.SetTimeout(10 * time.Second)
	_, err = conn.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"dnsHostName"}, nil))
	return err
}

func (l layout) serverLog() string {
	text, err := os.ReadFile(l.file("samba.log"))
	if err != nil {
		return err.Error()
	}
	return tail(string(text))
}

func (l layout) startServer() (*process, error) {
	path, err := toolPath("samba")
	if err != nil {
		return nil, err
	}
	output, err := os.Create(l.file("samba.log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, "--interactive", "--model=single", "--debug-stdout", "--configfile="+l.file("smb.conf"))
	cmd.Env, cmd.Dir = l.environment(), l.dir
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = ownGroup()
	// An interactive Samba ends when this pipe does, which is a second way of not outliving the test.
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, errors.Join(err, output.Close())
	}
	p := &process{cmd: cmd, stdin: stdin, ended: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		defer close(p.ended)
		// Linux counts the death of the thread that started the child as the death of the parent: keep the thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- errors.Join(err, output.Close())
		if err == nil {
			// How it ended says nothing: it is always killed, unless it failed, and then its log tells.
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// stop ends the group and waits until no process of it is left.
func (p *process) stop() error {
	const patience = 10 * time.Second
	killed := killGroup(p.cmd.Process.Pid)
	select {
	case <-p.ended:
	case <-time.After(patience):
		return errors.Join(fmt.Errorf("the samba process %d does not end", p.cmd.Process.Pid), killed)
	}
	for deadline := time.Now().Add(patience); groupAlive(p.cmd.Process.Pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("processes of the group %d do not end", p.cmd.Process.Pid)
		}
	}
	return nil
}
