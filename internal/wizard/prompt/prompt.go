package prompt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"syncd/internal/console"
	"syncd/internal/directory"
)

// ErrEnded says that there will be no more answers: the input ended, or the context did.
var ErrEnded = errors.New("the answers ended")

// longestAnswer is the most bytes of one answer; a token may be long.
const longestAnswer = 64 << 10

// Prompt asks on one pair of streams. It serves one goroutine.
type Prompt struct {
	in       *bufio.Reader
	terminal *os.File // the input where it is a terminal, else nil
	out      io.Writer
	width    int
}

// New asks on out and reads from in. Where in is no terminal, the answers are repeated on out, but for secrets, so that a log of a session can
// be read.
func New(in io.Reader, out io.Writer) *Prompt {
	p := &Prompt{in: bufio.NewReaderSize(in, longestAnswer), out: out, width: widthOf(out)}
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.terminal = f
	}
	return p
}

// Ask asks for a line. An empty one means the given default, which is shown. Blanks around the answer are dropped.
func (p *Prompt) Ask(ctx context.Context, question, preset string) (string, error) {
	shown := question
	if preset != "" {
		shown += " [" + console.Clean(preset) + "]"
	}
	p.show(shown)
	line, err := p.read(ctx, func() (string, error) { return p.line() })
	if err != nil {
		return "", err
	}
	line = strings.TrimSpace(line)
	p.repeat(console.Clean(line))
	if line == "" {
		line = preset
	}
	return line, nil
}

// Confirm asks a question about yes or no until the answer is one of them.
func (p *Prompt) Confirm(ctx context.Context, question string, preset bool) (bool, error) {
	choices := "yes/NO"
	if preset {
		choices = "YES/no"
	}
	for {
		answer, err := p.Ask(ctx, question+" ("+choices+")", "")
		if err != nil {
			return false, err
		}
		switch strings.ToLower(answer) {
		case "":
			return preset, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		p.Say("Please answer yes or no.")
	}
}

// Secret asks for a line that is not shown. Its blanks belong to it.
func (p *Prompt) Secret(ctx context.Context, question string) (directory.Secret, error) {
	read := p.line
	if p.terminal != nil {
		fd := int(p.terminal.Fd())
		if state, err := term.GetState(fd); err == nil {
			defer func() { _ = term.Restore(fd, state) }() // the best that can be done on the way out
		}
		if !hide(fd) { // where it does, a line is read like any other: ReadPassword goes on at an end of input, for ever where the terminal hung up
			read = func() (string, error) {
				b, err := term.ReadPassword(fd)
				return string(b), err
			}
		}
	}
	p.show(question)
	line, err := p.read(ctx, read)
	if err != nil {
		return "", err
	}
	if p.terminal != nil {
		fmt.Fprintln(p.out) // the one that was typed was not echoed
	} else {
		p.repeat("(hidden)")
	}
	return directory.Secret(strings.TrimRight(line, "\r\n")), nil
}

// read runs a blocking read until the context ends.
func (p *Prompt) read(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		line string
		err  error
	}
	if ctx.Err() != nil {
		return "", p.ended(ctx.Err())
	}
	got := make(chan answer, 1)
	go func() {
		line, err := read()
		got <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", p.ended(ctx.Err())
	case a := <-got:
		switch {
		case errors.Is(a.err, io.EOF) && a.line != "": // a last line without an end
			return a.line, nil
		case errors.Is(a.err, bufio.ErrBufferFull):
			return "", fmt.Errorf("an answer is longer than %d bytes", longestAnswer)
		case a.err != nil:
			return "", p.ended(a.err)
		}
		return a.line, nil
	}
}

// ended leaves the line of the question.
func (p *Prompt) ended(why error) error {
	fmt.Fprintln(p.out)
	return fmt.Errorf("%w: %w", ErrEnded, why)
}

func (p *Prompt) line() (string, error) {
	b, err := p.in.ReadSlice('\n')
	return string(b), err
}

// repeat ends the line of a question that nobody typed an answer to.
func (p *Prompt) repeat(answer string) {
	if p.terminal == nil {
		fmt.Fprintln(p.out, answer)
	}
}
