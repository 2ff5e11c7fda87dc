package ldapsource

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Law: whatever the sizes of writes and reads, and whatever has been counted, the bytes come out in order and the end after them.
func TestIntakePassesBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		sent := []byte(strings.Repeat("0123456789", 3*intakeBuffer/10))
		go func() {
			defer func() { _ = server.Close() }()
			for rest, size := sent, 1; len(rest) > 0; size = size*3 + 1 {
				n, err := server.Write(rest[:min(size, len(rest))])
				if err != nil {
					return
				}
				rest = rest[n:]
			}
		}()
		in := newIntake(client)
		var got []byte
		for part := make([]byte, 1000); ; in.entries += 7 {
			n, err := in.Read(part)
			if got = append(got, part[:n]...); err != nil {
				if !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
				break
			}
		}
		if !bytes.Equal(got, sent) {
			t.Errorf("%d bytes came out of %d, or others", len(got), len(sent))
		}
	})
}

// Law: only the middle of a page waits, and not where the buffer fills.
func TestIntakeGathers(t *testing.T) {
	for _, c := range []struct {
		name          string
		entries, last int
		waits         bool
	}{
		{"no search", 0, 10, false},
		{"first entries", hasty - 1, 10, false},
		{"middle", hasty, 10, true},
		{"fast server", hasty, intakeBuffer / 2, false},
		{"last entries", pageSize - hasty, 10, false},
		{"beyond a page", 5 * pageSize, 10, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := net.Pipe()
				go func() {
					_, _ = server.Write([]byte("x"))
					_ = server.Close()
				}()
				in := newIntake(client)
				in.entries, in.last = c.entries, c.last
				start := time.Now()
				if _, err := in.Read(make([]byte, 8)); err != nil {
					t.Fatal(err)
				}
				if waited := time.Since(start) >= gathering; waited != c.waits {
					t.Errorf("waited %v", time.Since(start))
				}
			})
		})
	}
}
