package openldap

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"syncd/internal/bench/process"
)

// Load makes a database in a folder that exists and is empty, and fills it with what write writes.
func Load(ctx context.Context, dir, suffix string, schema Schema, write func(*LDIF) error) error {
	if err := os.WriteFile(configFile(dir), []byte(schema.config(dir, suffix)), 0o600); err != nil {
		return err
	}
	program, err := Program("slapadd")
	if err != nil {
		return err
	}
	reader, writer := io.Pipe()
	go func() {
		l := &LDIF{out: bufio.NewWriterSize(writer, 1<<20)}
		// slapadd must not take half a directory for a whole one: its input ends with the error, and so does Run.
		writer.CloseWithError(errors.Join(write(l), l.out.Flush()))
	}()
	_, err = process.Run(ctx, process.Spec{Path: program, Args: []string{"-q", "-s", "-f", configFile(dir)}, In: reader})
	return errors.Join(err, reader.Close())
}

func configFile(dir string) string { return filepath.Join(dir, "slapd.conf") }

// Serve starts slapd over a loaded database on a free port of the loopback interface, and returns its address.
func Serve(ctx context.Context, dir string) (*process.Child, string, error) {
	program, err := Program("slapd")
	if err != nil {
		return nil, "", err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	// With a debug level, even 0, it stays in the foreground. It does not say when it listens.
	child, _, err := process.Start(ctx, process.Spec{Path: program, Args: []string{"-d", "0", "-h", "ldap://" + address, "-f", configFile(dir)}}, "")
	if err != nil {
		return nil, "", err
	}
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			return child, address, c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, "", errors.Join(errors.New("slapd does not listen"), child.Stop())
}

// freeAddress finds a port that nobody listens on. Somebody else may take it before slapd does, which then says so.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
