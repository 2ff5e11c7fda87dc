package control

import (
	"crypto/rand"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"syncd/internal/directory"
)

// tokenFile holds the token of a control endpoint on a loopback port, in the state folder.
const tokenFile = "control.token"

// Listen opens the control endpoint and returns the token that its clients must send, empty for a socket. A loopback port gets a new
// token at every start, readable only by its owner, in stateDir.
func Listen(c Config, stateDir string) (net.Listener, directory.Secret, error) {
	path, isSocket := socketPath(c.Listen)
	if isSocket {
		l, err := listenSocket(path)
		return l, "", err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, "", listenFault("control.listen", c.Listen, err)
	}
	token := directory.Secret(rand.Text())
	if err := os.WriteFile(filepath.Join(stateDir, tokenFile), []byte(token.Reveal()+"\n"), 0o600); err != nil {
		return nil, "", errors.Join(err, l.Close())
	}
	return l, token, nil
}

// listenSocket replaces a socket that a killed daemon left behind, but never one that still answers.
func listenSocket(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, listenFault("control.listen", path, err)
	}
	l, err := listenOwnerOnly(path)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return l, listenFault("control.listen", path, err)
	}
	if c, err := net.Dial("unix", path); err == nil {
		return nil, errors.Join(listenFault("control.listen", path, syscall.EADDRINUSE), c.Close())
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSocket == 0 {
		return nil, noSocket(path, err)
	}
	if err := os.Remove(path); err != nil {
		return nil, listenFault("control.listen", path, err)
	}
	l, err = listenOwnerOnly(path)
	return l, listenFault("control.listen", path, err)
}

func noSocket(path string, err error) error {
	return &directory.Fault{
		Class: directory.Usage, Cause: path + " is there already and is no socket", Remedy: "set control.listen to another path, or move that file away", Err: err,
	}
}

func listenOwnerOnly(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// listenFault explains why an address cannot be used; nil stays nil.
func listenFault(key, address string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EADDRINUSE):
		return &directory.Fault{
			Class: directory.Usage, Cause: address + " is in use by another program", Remedy: "stop that program, or set " + key + " to another address", Err: err,
		}
	}
	return &directory.Fault{Class: directory.Usage, Cause: address + " cannot be used: " + err.Error(), Remedy: "set " + key + " to an address that this account may use", Err: err}
}

// readToken returns the token of a running daemon.
func readToken(stateDir string) (directory.Secret, error) {
	b, err := os.ReadFile(filepath.Join(stateDir, tokenFile))
	return directory.Secret(strings.TrimSpace(string(b))), err
}

// ListenMetrics opens the metrics listener.
func ListenMetrics(c MetricsConfig) (net.Listener, error) {
	l, err := net.Listen("tcp", c.Listen)
	return l, listenFault("metrics.listen", c.Listen, err)
}
