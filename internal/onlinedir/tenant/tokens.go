package tenant

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"syncd/internal/directory"
)

// tokenPrefix lets a secret scanner recognise a token that was committed by mistake.
const tokenPrefix = "syncd_"

// NewToken makes a bearer token for a client and returns it; only its SHA-256 digest is kept (the token is 256 random bits, so
// there is nothing to guess). A second token with the same name is an error: revoke the first.
func (t *Tenant) NewToken(ctx context.Context, name string) (directory.Secret, error) {
	return t.newToken(ctx, name, func(*Writer) error { return nil })
}

// newToken does more in the transaction that keeps the token.
func (t *Tenant) newToken(ctx context.Context, name string, more func(*Writer) error) (directory.Secret, error) {
	if name = strings.TrimSpace(name); name == "" {
		return "", &directory.Fault{Class: directory.Usage, Cause: "a token needs a name", Remedy: "name the client that will use it with --name"}
	}
	random := make([]byte, 32)
	rand.Read(random) // never fails (crypto/rand since Go 1.24)
	token := tokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	hash := sha256.Sum256([]byte(token))
	err := t.Write(ctx, func(w *Writer) error {
		_, err := w.exec(ctx, "INSERT INTO token (hash, name, created) VALUES (?, ?, ?)", hash[:], name, t.now().UnixMilli())
		if err != nil {
			return err
		}
		return more(w)
	})
	if fault, ok := errors.AsType[*directory.Fault](err); ok {
		return "", fault
	}
	if isConflict(err) {
		return "", &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("there is a token named %q already", name),
			Remedy: "choose another name, or revoke that token first",
		}
	}
	if err != nil {
		return "", fmt.Errorf("keep the token: %w", err)
	}
	return directory.Secret(token), nil
}

// RevokeToken makes a token useless at once. A name that no token has is an error.
func (t *Tenant) RevokeToken(ctx context.Context, name string) error {
	var revoked int64
	err := t.Write(ctx, func(w *Writer) (err error) {
		if revoked, err = w.exec(ctx, "DELETE FROM token WHERE name = ?", name); err != nil {
			return err
		}
		_, err = w.exec(ctx, "DELETE FROM setting WHERE name = ?", settingPerson+name)
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke the token: %w", err)
	}
	if revoked == 0 {
		return &directory.Fault{Class: directory.Usage, Cause: fmt.Sprintf("there is no token named %q", name), Remedy: "check the spelling"}
	}
	return nil
}
