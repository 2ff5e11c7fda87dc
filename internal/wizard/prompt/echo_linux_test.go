package prompt_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"syncd/internal/wizard/prompt"
)

// observed is an output that notes whether the terminal echoes while each text is written.
type observed struct {
	fd     int
	echoes map[string]bool
}

func (o observed) Write(b []byte) (int, error) {
	mode, err := unix.IoctlGetTermios(o.fd, unix.TCGETS)
	if err != nil {
		return 0, err
	}
	o.echoes[strings.TrimSpace(string(b))] = mode.Lflag&unix.ECHO != 0
	return len(b), nil
}

// TestNobodySeesASecretThatIsTypedAtOnce: the terminal stops echoing before the question comes, and echoes again before the next one (law 10).
func TestNobodySeesASecretThatIsTypedAtOnce(t *testing.T) {
	person, terminal, err := pty.Open()
	if err != nil {
		t.Skip("there are no terminals here:", err)
	}
	defer person.Close()
	defer terminal.Close()
	if _, err := person.WriteString("pass word\nann\n"); err != nil {
		t.Fatal(err)
	}
	out := observed{int(terminal.Fd()), map[string]bool{}}
	p := prompt.New(terminal, out)
	secret, err := p.Secret(t.Context(), "Password")
	if err != nil || secret.Reveal() != "pass word" {
		t.Fatalf("%q %v", secret.Reveal(), err)
	}
	if name, err := p.Ask(t.Context(), "Name", ""); err != nil || name != "ann" {
		t.Fatalf("%q %v", name, err)
	}
	if echo, asked := out.echoes["Password:"]; !asked || echo || !out.echoes["Name:"] {
		t.Errorf("the terminal echoes: %v", out.echoes)
	}
}

// TestSecretEnds: Ctrl-D, and a terminal that hangs up, end a hidden question as they end any other.
func TestSecretEnds(t *testing.T) {
	for name, end := range map[string]func(*os.File) error{
		"Ctrl-D": func(person *os.File) error {
			_, err := person.WriteString("\x04")
			return err
		},
		"hang-up": (*os.File).Close,
	} {
		t.Run(name, func(t *testing.T) {
			person, terminal, err := pty.Open()
			if err != nil {
				t.Skip("there are no terminals here:", err)
			}
			defer person.Close()
			defer terminal.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			asked := make(writes, 1)
			go func() {
				<-asked
				if err := end(person); err != nil {
					t.Error(err)
				}
			}()
			secret, err := prompt.New(terminal, asked).Secret(ctx, "Password")
			if !errors.Is(err, prompt.ErrEnded) || ctx.Err() != nil || secret != "" {
				t.Errorf("%q, %v", secret.Reveal(), err)
			}
		})
	}
}
