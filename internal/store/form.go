package store

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"github.com/klauspost/compress/s2"

	"syncd/internal/directory"
)

// digestSize is how many bytes of the SHA-256 of a form are kept. An object whose digest is the stored one is taken for unchanged, and a
// change that went unseen would break law 1: at 128 bits, a million objects compared every second miss one by chance in some 10^25 years.
// Who wants to make one unseen, the attributes of one's own account at hand, has to try 2^64 of them, and hides nobody else's.
const digestSize = 16

// longestForm is the most bytes that the form of a resource has; what claims more is damage.
const longestForm = 16 << 20

// formOf is the stored form of a resource before it is compressed: without the anchor, which is its key.
func formOf(r *directory.Resource) ([]byte, error) { return appendForm(nil, r) }

func appendForm(b []byte, r *directory.Resource) ([]byte, error) {
	keyless := *r
	keyless.Anchor = directory.Anchor{}
	return keyless.AppendBinary(b)
}

// appendResource appends a resource as it is stored: the digest of its form, the number of the dictionary, and the form compressed with it.
func appendResource(b []byte, r *directory.Resource, number byte, dictionary *s2.Dict) ([]byte, error) {
	form, err := formOf(r)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(form)
	b = append(b, sum[:digestSize]...)
	b = append(b, number)
	if dictionary == nil {
		return append(b, s2.Encode(nil, form)...), nil
	}
	return append(b, dictionary.Encode(nil, form)...), nil
}

// openForm reads the form out of what appendResource appended, and proves it by its digest.
func openForm(digest, packed []byte, dictionary *s2.Dict) (form []byte, err error) {
	damaged := fmt.Errorf("an entry of the snapshot: %w", directory.ErrCorrupt)
	n, err := s2.DecodedLen(packed)
	if err != nil || n > longestForm {
		return nil, damaged
	}
	if form = make([]byte, n); dictionary == nil {
		form, err = s2.Decode(form, packed)
	} else {
		form, err = dictionary.Decode(form, packed)
	}
	if err != nil {
		return nil, damaged
	}
	if sum := sha256.Sum256(form); !bytes.Equal(sum[:digestSize], digest) {
		return nil, damaged
	}
	return form, nil
}
