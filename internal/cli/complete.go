package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// A Candidate is one word that may stand where somebody presses TAB.
type Candidate struct {
	Word string
	Help string // one line, may be empty
}

// The words that ask the shell to complete names itself. No command or flag is called like this.
const (
	Files   = ":files"
	Folders = ":folders"
)

// Complete lists what the last of the words may become, in the order of the help. The words are those after the program's name; the last one is
// being typed and may be empty. A line that syncd would not take has no candidates.
func Complete(app *kong.Application, words []string) []Candidate {
	if len(words) == 0 {
		words = []string{""}
	}
	at := &position{node: app.Node}
	for _, word := range words[:len(words)-1] {
		at.pass(word)
	}
	typed := words[len(words)-1]
	switch name, value, assigned := strings.Cut(typed, "="); {
	case typed == "=" && at.flag != nil: // a shell that breaks words at "=" has only this so far
		return values(at.flag.Value, at.flag.PlaceHolder, "", "")
	case at.flag != nil:
		return values(at.flag.Value, at.flag.PlaceHolder, "", typed)
	case !strings.HasPrefix(typed, "-") || at.noFlags:
		return at.words(typed)
	case assigned:
		if flag := at.find(name); flag != nil {
			return values(flag.Value, "", name+"=", value)
		}
		return nil
	default:
		return at.flags(typed)
	}
}

// A position is how far the words have led.
type position struct {
	node       *kong.Node
	flag       *kong.Flag // that waits for its value
	noFlags    bool       // after "--"
	positional int        // how many arguments have been given
	given      []*kong.Flag
}

// pass takes a whole word.
func (p *position) pass(word string) {
	if p.flag != nil {
		if word != "=" {
			p.flag = nil
		}
		return
	}
	if word == "--" {
		p.noFlags = true
		return
	}
	if strings.HasPrefix(word, "-") && !p.noFlags {
		name, _, assigned := strings.Cut(word, "=")
		if flag := p.find(name); flag != nil {
			p.given = append(p.given, flag)
			if !assigned && !flag.IsBool() && !flag.IsCounter() {
				p.flag = flag
			}
		}
		return
	}
	if i := slices.IndexFunc(p.node.Children, func(n *kong.Node) bool { return n.Name == word || slices.Contains(n.Aliases, word) }); i >= 0 && p.positional == 0 {
		p.node = p.node.Children[i]
		return
	}
	p.positional++
}

// known are the flags that may stand here: those of the command, of what is above it, and of the command that runs where none is named.
func (p *position) known() []*kong.Flag {
	var all []*kong.Flag
	for _, group := range p.node.AllFlags(true) {
		all = append(all, group...)
	}
	if def := p.node.DefaultCmd; def != nil {
		all = append(all, visible(def.Flags)...)
	}
	return all
}

func visible(flags []*kong.Flag) []*kong.Flag {
	return slices.DeleteFunc(slices.Clone(flags), func(f *kong.Flag) bool { return f.Hidden })
}

func (p *position) find(word string) *kong.Flag {
	all := p.known()
	i := slices.IndexFunc(all, func(f *kong.Flag) bool { return word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) })
	if i < 0 {
		return nil
	}
	return all[i]
}

// flags are those that begin like this and are not there yet, unless they may be there again.
func (p *position) flags(typed string) []Candidate {
	var all []Candidate
	for _, f := range p.known() {
		if word := "--" + f.Name; strings.HasPrefix(word, typed) && (f.IsCumulative() || !slices.Contains(p.given, f)) {
			all = append(all, Candidate{word, oneLine(f.Help)})
		}
	}
	return all
}

// words are the commands that begin like this, and what the next argument may be.
func (p *position) words(typed string) []Candidate {
	var all []Candidate
	for _, n := range p.node.Children {
		if !n.Hidden && p.positional == 0 && strings.HasPrefix(n.Name, typed) && n != p.node.DefaultCmd {
			all = append(all, Candidate{n.Name, oneLine(n.Help)})
		}
	}
	if args := p.node.Positional; len(args) > 0 && (p.positional < len(args) || args[len(args)-1].IsCumulative()) {
		arg := args[min(p.positional, len(args)-1)]
		all = append(all, values(arg, cmp.Or(arg.Tag.PlaceHolder, strings.ToUpper(arg.Name)), "", typed)...)
	}
	return all
}

// values are what a flag or an argument may be; before stands in front of each.
func values(v *kong.Value, placeholder, before, typed string) []Candidate {
	switch {
	case v.Enum != "":
		var all []Candidate
		for _, word := range v.EnumSlice() {
			if strings.HasPrefix(word, typed) && word != "" {
				all = append(all, Candidate{Word: before + word})
			}
		}
		return all
	case strings.HasSuffix(placeholder, "FILE"), placeholder == "FIXTURE":
		return []Candidate{{Word: Files}}
	case placeholder == "DIR":
		return []Candidate{{Word: Folders}}
	}
	return nil
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
