package cli_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"syncd/internal/cli"
)

// grammar has one of everything that a command line may have.
type grammar struct {
	Verbose bool `help:"Say more."`
	Secret  bool `hidden:"" help:"Nobody is told."`
	Run     struct {
		Level string `enum:"low,high" default:"low" help:"How much."`
	} `cmd:"" default:"withargs" help:"Run."`
	Copy struct {
		From []string `placeholder:"FILE" help:"What to copy; may be repeated."`
		Into string   `short:"i" placeholder:"DIR" help:"Where to."`
		What string   `arg:"" enum:"all,new" help:"all or new."`
		Name string   `arg:"" optional:"" help:"A name."`
	} `cmd:"" aliases:"cp" help:"Copy with\n  \"care\", and not with 'haste' or a C:\\path."`
	Cook struct{} `cmd:"" hidden:"" help:"Not for everybody."`
	Help struct {
		More struct{} `cmd:"" help:"Even more."`
	} `cmd:"" help:".PP is no request here."`
}

func model(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := kong.New(new(grammar), kong.Name("tool"), kong.Description("Does it.\n\nIn `two` paragraphs."))
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

func TestComplete(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"commands, but no hidden one and not the default", "", "copy help"},
		{"begun", "co", "copy"},
		{"below a command", "help ", "more"},
		{"flags of the program and of the default command", "--", "--help --verbose --level"},
		{"flags of a command and those above it", "copy --", "--help --verbose --from --into"},
		{"an alias", "cp --in", "--into"},
		{"what was given is not offered twice", "copy --into x --in", ""},
		{"unless it may be repeated", "copy --from x --f", "--from"},
		{"values", "--level ", "low high"},
		{"values that have begun", "--level hi", "high"},
		{"values in the same word", "--level=h", "--level=high"},
		{"values where the shell breaks words", "--level = h", "high"},
		{"values right after that break", "--level =", "low high"},
		{"files", "copy --from ", cli.Files},
		{"folders, by the short name", "copy -i ", cli.Folders},
		{"the first argument", "copy ", "all new"},
		{"flags do not count as arguments", "copy --into x --verbose n", "new"},
		{"the second argument can be anything", "copy all ", ""},
		{"there is no third", "copy all x ", ""},
		{"no flags after --", "copy -- --", ""},
		{"but arguments", "copy -- a", "all"},
		{"no values of a flag that nobody knows", "--unknown=x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, candidate := range cli.Complete(model(t), strings.Split(c.line, " ")) {
				got = append(got, candidate.Word)
			}
			if is := strings.Join(got, " "); is != c.want {
				t.Errorf("%q becomes %q instead of %q", c.line, is, c.want)
			}
		})
	}
	if got := cli.Complete(model(t), nil); len(got) != 2 || got[0].Help != `Copy with "care", and not with 'haste' or a C:\path.` {
		t.Errorf("without a word: %q", got)
	}
}

func TestScripts(t *testing.T) {
	for shell := range strings.SplitSeq(cli.Shells, ",") {
		if text, err := cli.Script(shell); err != nil || !strings.Contains(text, "completion for syncd") || !strings.Contains(text, " complete ") {
			t.Errorf("%s: %v\n%s", shell, err, text)
		}
	}
	if _, err := cli.Script("tcsh"); err == nil || !strings.Contains(err.Error(), cli.Shells) {
		t.Error(err)
	}
}

func TestMan(t *testing.T) {
	const want = `.TH TOOL 1 "2026-02-03" "tool 1.0"
.nh
.ad l
.SH "NAME"
tool \- Does it
.SH "SYNOPSIS"
.B tool
[\fICOMMAND\fR] [\fIFLAGS\fR]
.SH "DESCRIPTION"
Does it.
.PP
In \fBtwo\fR paragraphs.
.SH "FLAGS OF EVERY COMMAND"
.TP
\fB\-h\fR, \fB\-\-help\fR
Show context\-sensitive help.
.TP
\fB\-\-verbose\fR
Say more.
.SH "COMMANDS"
.SS "\fBtool\fR"
Run.
.TP
\fB\-\-level\fR=\fI\(dqlow\(dq\fR
How much.
.SS "\fBtool copy (cp)\fR <what> [<name>]"
Copy with \(dqcare\(dq, and not with \(aqhaste\(aq or a C:\epath.
.TP
\fI<what>\fR
all or new.
.TP
\fI[<name>]\fR
A name.
.TP
\fB\-\-from\fR=\fIFILE,...\fR
What to copy; may be repeated.
.TP
\fB\-i\fR, \fB\-\-into\fR=\fIDIR\fR
Where to.
.SS "\fBtool help more\fR"
Even more.
.SH "FILES"
\&.profile
.PP
Another.
`
	page := cli.Man(model(t), "1.0", time.Date(2026, 2, 3, 23, 0, 0, 0, time.UTC), cli.Section{Title: "Files", Text: ".profile\n\nAnother."})
	if d := cmp.Diff(want, page); d != "" {
		t.Error(d)
	}
}
