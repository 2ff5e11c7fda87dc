package online

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"

	"syncd/internal/bench/process"
)

// Directory is the folder of an online directory.
type Directory struct {
	Data  string
	Token string // of syncd; the one of a copy is the same
	syncd string // the program
}

// New makes an online directory in the folder dir, which must not exist, with synchronisation enabled and any domain accepted.
func New(ctx context.Context, syncd, dir string) (*Directory, error) {
	password := dir + ".admin.password"
	if err := os.WriteFile(password, []byte("correct horse battery\n"), 0o600); err != nil {
		return nil, err
	}
	_, err := process.Run(ctx, process.Spec{Path: syncd, Args: []string{
		"directory", "init", "--data", dir, "--tenant", "Contoso", "--admin", "admin", "--password-file", password, "--enable-sync", "--any-domain",
	}})
	if err != nil {
		return nil, err
	}
	var token bytes.Buffer
	_, err = process.Run(ctx, process.Spec{Path: syncd, Args: []string{"directory", "token", "--data", dir, "--name", "syncd"}, Out: &token})
	if err != nil {
		return nil, err
	}
	return &Directory{Data: dir, Token: strings.TrimSpace(token.String()), syncd: syncd}, nil
}

// Copy copies an online directory that is not served.
func (d *Directory) Copy(dir string) (*Directory, error) {
	if err := os.CopyFS(dir, os.DirFS(d.Data)); err != nil {
		return nil, err
	}
	return &Directory{Data: dir, Token: d.Token, syncd: d.syncd}, nil
}

// Remove deletes the folder.
func (d *Directory) Remove() error { return os.RemoveAll(d.Data) }

// TokenFile writes the token where syncd's configuration can name it.
func (d *Directory) TokenFile(dir string) (string, error) {
	file := filepath.Join(dir, "online.token")
	return file, os.WriteFile(file, []byte(d.Token+"\n"), 0o600)
}

// Server is an online directory that is served.
type Server struct {
	*process.Child
	Address string // host:port, plain HTTP
	Token   string
}

// Serve serves the directory on a free port of the loopback interface. flags are those of `syncd directory serve`.
func (d *Directory) Serve(ctx context.Context, flags ...string) (*Server, error) {
	args := append([]string{"directory", "serve", "--data", d.Data, "--listen", "127.0.0.1:0"}, flags...)
	child, address, err := process.Start(ctx, process.Spec{Path: d.syncd, Args: args}, "listening on ")
	if err != nil {
		return nil, err
	}
	return &Server{child, address, d.Token}, nil
}
