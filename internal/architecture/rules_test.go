package architecture

import "strings"

const module = "syncd"

// A wall is the rule of one package and of everything below it.
type wall struct {
	path   string   // below the module
	may    []string // what else of this module it may import; its own sub-packages it always may
	never  []string // what it may not import of the standard library
	reason string   // why it may not import more
}

// walls is the table of packages. cmd/syncd is not in it: it knows everything, and nothing imports it.
func walls() []wall {
	const nouns = "internal/directory"
	const plan = "internal/diff"
	network := []string{"net", "net/http", "os/exec", "database/sql"}
	return []wall{
		{path: nouns, never: network, reason: "the nouns import none of ours, so that every package may import them"},
		{path: "internal/ldapsource", may: []string{nouns}, reason: "the reader tells what Active Directory holds, not what syncd makes of it"},
		{path: "internal/mapping", may: []string{nouns}, never: append(network, "os"), reason: "mapping is a pure function of one object, so that a rule can be tried without a directory, a store or a network"},
		{path: plan, may: []string{nouns}, never: network, reason: "a plan is data: whoever reads, remembers or applies one depends on it, and it on none of them"},
		{path: "internal/store", may: []string{nouns, plan}, never: network, reason: "the store remembers snapshots and passes; where they come from and go to is not its business"},
		{path: "internal/cloudtarget", may: []string{nouns, plan}, reason: "the target makes one change true; how changes are decided or remembered is not its business"},
		{path: "internal/syncer", may: []string{nouns, "internal/mapping", plan}, reason: "the core speaks to source, store and target through small interfaces of its own, so that each can be replaced in a test"},
		{path: "internal/control", may: []string{nouns}, reason: "the local face shows and triggers passes; it cannot reach into them"},
		{path: "internal/wizard", may: []string{nouns, "internal/console"}, never: network, reason: "the wizard is a dialogue: what it finds out and writes goes through an interface, so that each conversation can be tried as a script"},
		{path: "internal/control/page", may: []string{nouns, "internal/console", "internal/control"}, reason: "the page shows what the control endpoint tells, in the words of the terminal"},
		{path: "internal/explain", may: []string{nouns, "internal/mapping", plan, "internal/syncer"}, never: network, reason: "an explanation says what a pass would do with the very parts of a pass, and reaches source, store and target only through interfaces"},
		{path: "deploy", never: append(network, "os"), reason: "the files that are installed are data: who installs them depends on them, and they on nobody"},
		{path: "internal/service", may: []string{nouns, "deploy"}, reason: "the services of a system start a program; what it does is not their business"},
		{path: "internal/service/notify", reason: "what a service tells systemd is the business of whoever runs it"},
		{path: "internal/console", may: []string{nouns}, never: network, reason: "the console lays out words; what they say is decided elsewhere"},
		{path: "internal/onlinedir", may: []string{nouns}, reason: "the online directory stands for somebody else's service: code shared with syncd would share syncd's mistakes"},
		{path: "internal/adsim", may: []string{nouns}, reason: "the embedded Active Directory stands for somebody else's server: code shared with syncd would share syncd's mistakes"},
		{path: "internal/cli", never: append(network, "os"), reason: "completions and the manual page are a pure function of the command line, which cmd/syncd declares"},
		{path: "internal/simulation", may: []string{nouns, "internal/ldapsource", "internal/mapping", plan, "internal/store", "internal/cloudtarget", "internal/syncer", "internal/onlinedir", "internal/adsim"}, reason: "the simulation runs the parts together; the program and its face are none of them"},
		{path: "internal/bench", may: []string{nouns, "internal/ldapsource", "internal/mapping", "internal/syncer", "internal/adsim"}, reason: "the benchmarks run the programs as those do who install them; of the parts they know the reader, which has a row of its own, with the collector that a pass tunes"},
		{path: "internal/bench/process", reason: "what a program costs has nothing to do with what it does"},
		{path: "internal/bench/report", reason: "rows are data: what was measured is decided elsewhere"},
		{path: "internal/release", reason: "it looks at what was built from outside, as those do who install it"},
		{path: "internal/architecture", reason: "it reads the other packages as text"},
	}
}

// wallOf finds the rule of a package, that of its nearest parent if it has none of its own.
func wallOf(pkg string) (wall, bool) {
	var found wall
	for _, w := range walls() {
		if within(pkg, w.path) && len(w.path) > len(found.path) {
			found = w
		}
	}
	return found, found.path != ""
}

func within(pkg, parent string) bool {
	return pkg == parent || strings.HasPrefix(pkg, parent+"/")
}

// simulators may be used by every test, also by those inside a package.
func simulators() []string { return []string{"internal/adsim", "internal/onlinedir"} }

// A forbidden function is one that only the main package may call; tests may as well.
type forbidden struct {
	pkg, name string // name may end in * for a prefix
	allowed   string // the folder or file in which it is fine
	reason    string
}

func forbiddenCalls() []forbidden {
	const exits = "only the main package ends the program: everything else returns an error and lets deferred work happen"
	const background = "only main makes a context: a second one would not hear the signal that ends the program"
	const global = "a logger is passed in: a global one is mutable state that every test shares"
	return []forbidden{
		{"os", "Exit", "cmd/syncd", exits},
		{"syscall", "Exit", "cmd/syncd", exits},
		{"log", "Fatal*", "cmd/syncd", exits},
		{"context", "Background", "cmd/syncd/main.go", background},
		{"context", "TODO", "cmd/syncd/main.go", background},
		{"go.uber.org/zap", "L", "", global},
		{"go.uber.org/zap", "S", "", global},
		{"go.uber.org/zap", "ReplaceGlobals", "", global},
	}
}

// vague are file names that say nothing about what is inside.
func vague() []string {
	return []string{"utils", "util", "helpers", "helper", "common", "manager", "misc"}
}

const longestFile = 400 // lines
