package tenant

import (
	"testing"

	"syncd/internal/directory"
)

// TestTokenNamesAreOneLine: a name must not forge rows of a list or steer the terminal that shows it.
func TestTokenNamesAreOneLine(t *testing.T) {
	d := newTenant(t)
	for _, name := range []string{"a\x1b[2J", "a\nb", "a\tb", "a\u2028b", "a\xff"} {
		_, err := d.NewToken(t.Context(), name)
		wantFault(t, err, directory.Usage, "the name of the token has characters")
	}
}
