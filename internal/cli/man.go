package cli

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// A Section is a part of the manual page that the command line does not tell; paragraphs are separated by an empty line.
type Section struct{ Title, Text string }

// Man writes the manual page of a program in section 1, in the man macros of roff: every command with its arguments and flags, then the given
// sections. The date is that of the release.
func Man(app *kong.Application, version string, date time.Time, sections ...Section) string {
	m := &manual{}
	about, rest, _ := strings.Cut(app.Help, "\n\n")
	m.line(fmt.Sprintf(`.TH %s 1 "%s" "%s %s"`, strings.ToUpper(app.Name), date.UTC().Format(time.DateOnly), app.Name, roff(version)))
	m.line(".nh", ".ad l") // a broken flag cannot be copied
	m.section("Name")
	m.line(roff(app.Name) + ` \- ` + roff(strings.TrimSuffix(about, ".")))
	m.section("Synopsis")
	m.line(`.B ` + roff(app.Name))
	m.line(`[\fICOMMAND\fR] [\fIFLAGS\fR]`)
	m.section("Description")
	m.paragraphs(about + "\n\n" + rest)
	m.section("Flags of every command")
	m.flags(app.Flags)
	m.section("Commands")
	for _, leaf := range app.Leaves(true) {
		m.command(app, leaf)
	}
	for _, s := range sections {
		m.section(s.Title)
		m.paragraphs(s.Text)
	}
	return m.text.String()
}

type manual struct{ text strings.Builder }

func (m *manual) line(lines ...string) {
	for _, line := range lines {
		m.text.WriteString(line + "\n")
	}
}

func (m *manual) section(title string) { m.line(`.SH "` + strings.ToUpper(roff(title)) + `"`) }

func (m *manual) paragraphs(text string) {
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			m.line(".PP")
		}
		m.line(prose(paragraph))
	}
}

// command is one command with everything that may follow it.
func (m *manual) command(app *kong.Application, n *kong.Node) {
	path := strings.TrimPrefix(n.FullPath(), app.Name+" ")
	if n == n.Parent.DefaultCmd {
		path = strings.TrimSuffix(strings.TrimSuffix(path, n.Name), " ")
	}
	usage := `.SS "\fB` + strings.TrimSpace(roff(app.Name)+" "+roff(path)) + `\fR`
	for _, arg := range n.Positional {
		usage += " " + roff(arg.Summary())
	}
	m.line(usage + `"`)
	m.line(prose(n.Help))
	for _, arg := range n.Positional {
		m.line(".TP", `\fI`+roff(arg.Summary())+`\fR`, prose(arg.Help))
	}
	m.flags(n.Flags)
}

func (m *manual) flags(flags []*kong.Flag) {
	for _, f := range visible(flags) {
		name := `\fB` + roff("--"+f.Name) + `\fR`
		if f.Short != 0 {
			name = `\fB` + roff("-"+string(f.Short)) + `\fR, ` + name
		}
		if !f.IsBool() && !f.IsCounter() {
			name += `=\fI` + roff(f.FormatPlaceHolder()) + `\fR`
		}
		m.line(".TP", name, prose(f.Help))
	}
}

var code = regexp.MustCompile("`([^`]+)`")

// prose is a text in which what stands between backquotes is bold.
func prose(text string) string { return code.ReplaceAllString(roff(oneLine(text)), `\fB$1\fR`) }

// roff makes a text harmless: a hyphen stays one that can be copied, and no line begins with a request.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, `"`, `\(dq`, "'", `\(aq`, "…", "...").Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
