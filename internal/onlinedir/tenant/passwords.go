package tenant

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"

	"syncd/internal/directory"
)

// Bounds of a password. The lower one is that of NIST SP 800-63B and of the large online directories; guesses are limited too, see
// attempts. bcrypt looks at no more than 72 bytes, and silently ignoring the rest of a long one would be a lie.
const (
	shortestPassword = 8  // characters
	longestPassword  = 72 // bytes
)

// PasswordRule is what a password must be, for a form and for faults.
const PasswordRule = "use at least 8 characters, and at most 72 bytes: that many plain letters and digits, or fewer where some are accented"

// checkPassword refuses a password that breaks PasswordRule.
func checkPassword(password directory.Secret) error {
	cause := ""
	switch text := password.Reveal(); {
	case text == "":
		cause = "the password is empty"
	case utf8.RuneCountInString(text) < shortestPassword:
		cause = fmt.Sprintf("the password is shorter than %d characters", shortestPassword)
	case len(text) > longestPassword:
		cause = fmt.Sprintf("the password is longer than %d bytes", longestPassword)
	default:
		return nil
	}
	return &directory.Fault{Class: directory.Usage, Cause: cause, Remedy: PasswordRule}
}

// hashes is how many bcrypt hashes are computed at the same time: each keeps a core busy for some 50 ms, and whoever knocks must not get
// all of them.
const hashes = 2

// hash makes what is kept of a password.
func (t *Tenant) hash(ctx context.Context, password directory.Secret) (hash string, err error) {
	err = t.oneHash(ctx, func() error {
		hash, err = hashOf(password, t.cost)
		return err
	})
	return hash, err
}

func hashOf(password directory.Secret, cost int) (string, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password.Reveal()), cost)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return string(hash), nil
}

// defaultCost makes one hash some 50 ms of work; tests of other things take the least.
const defaultCost = bcrypt.DefaultCost

// nobodysHash is of a random password that nobody knows. It stands in where there is no administrator of a name, so that the answer takes
// as long.
const nobodysHash = "$2a$10$tGbgBU/UxQRahuXxonEXEubdh7Njv65vqOa4oe47Boed5.h5daK8y"

// matches compares a password with a hash. One that is too long for bcrypt matches nothing, after the same time.
func matches(hash string, password directory.Secret) (bool, error) {
	text := []byte(password.Reveal())
	tooLong := len(text) > longestPassword
	err := bcrypt.CompareHashAndPassword([]byte(hash), text[:min(len(text), longestPassword)])
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return !tooLong, nil
}

// oneHash waits until few others compute one.
func (t *Tenant) oneHash(ctx context.Context, compute func() error) error {
	select {
	case t.hashing <- struct{}{}:
		defer func() { <-t.hashing }()
		return compute()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
