package prompt_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/wizard/prompt"
)

func TestOnPipe(t *testing.T) {
	var out strings.Builder
	p := prompt.New(strings.NewReader("\n  dc1 \nmaybe\ny\n pass word \nlast"), &out)
	ctx := t.Context()
	first, err1 := p.Ask(ctx, "Domain", "corp.example")
	second, err2 := p.Ask(ctx, "Server", "")
	yes, err3 := p.Confirm(ctx, "Sure?", false)
	secret, err4 := p.Secret(ctx, "Password")
	last, err5 := p.Ask(ctx, "Last", "")
	_, err6 := p.Ask(ctx, "One more", "")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	if first != "corp.example" || second != "dc1" || !yes || secret.Reveal() != " pass word " || last != "last" {
		t.Errorf("%q %q %v %q %q", first, second, yes, secret.Reveal(), last)
	}
	if !errors.Is(err6, prompt.ErrEnded) {
		t.Errorf("after the end: %v", err6)
	}
	want := `Domain [corp.example]: 
Server: dc1
Sure? (yes/NO): maybe
Please answer yes or no.
Sure? (yes/NO): y
Password: (hidden)
Last: last
One more: 
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
}

// TestContextEnds: a question that nobody answers ends with the context.
func TestContextEnds(t *testing.T) {
	in, hold := io.Pipe()
	defer hold.Close()
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(writes, 1)
	go func() { <-asked; cancel() }()
	if _, err := prompt.New(in, asked).Secret(ctx, "Password"); !errors.Is(err, prompt.ErrEnded) {
		t.Errorf("%v", err)
	}
}

type writes chan struct{}

func (w writes) Write(b []byte) (int, error) {
	select {
	case w <- struct{}{}:
	default:
	}
	return len(b), nil
}

func TestTooLong(t *testing.T) {
	p := prompt.New(strings.NewReader(strings.Repeat("x", 1<<17)+"\n"), io.Discard)
	if _, err := p.Ask(t.Context(), "Token", ""); err == nil || errors.Is(err, prompt.ErrEnded) {
		t.Errorf("%v", err)
	}
}

func TestWrapping(t *testing.T) {
	var out strings.Builder
	p := prompt.New(strings.NewReader(""), &out)
	p.Say("  %s", strings.TrimSpace(strings.Repeat("word ", 40)))
	p.Row("%s", strings.Repeat("x", 200))
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d characters: %q", n, line)
		}
	}
	if !strings.Contains(out.String(), "\n    word") {
		t.Errorf("not indented:\n%s", out.String())
	}
}

// TestNothingForeignSteersTheTerminal: neither what is said nor what is asked.
func TestNothingForeignSteersTheTerminal(t *testing.T) {
	const foreign = "Ann\x1b[2J\u202e\r\u009b31m"
	var out strings.Builder
	p := prompt.New(strings.NewReader(foreign+"\n"), &out)
	p.Say("  %s", foreign)
	p.Row("  %s", foreign)
	if _, err := p.Ask(t.Context(), "Account", foreign); err != nil {
		t.Fatal(err)
	}
	want := "  Ann [2J   31m\n  Ann [2J   31m\nAccount [Ann [2J 31m]: Ann [2J 31m\n"
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
}
