package simulation_test

import (
	"strings"
	"time"
)

// shrinkFor bounds the search for a smaller history that breaks the same law.
const shrinkFor = 30 * time.Second

// shrink leaves out events, and words of events, as long as the same law breaks. try plays a history and returns the laws that it breaks.
func shrink(h history, broken []string, try func(history) []string) (history, []string) {
	law, _, _ := strings.Cut(broken[0], ":")
	end := time.Now().Add(shrinkFor)
	again := func(smaller history) bool {
		if time.Now().After(end) {
			return false
		}
		b := try(smaller)
		if len(b) == 0 || !strings.HasPrefix(b[0], law+":") {
			return false
		}
		h, broken = smaller, b
		return true
	}
	for before := -1; before != weight(h); {
		before = weight(h)
		for size := len(h) / 2; size > 0; size /= 2 {
			for at := len(h) - size; at >= 1; at -= size {
				if at+size <= len(h) {
					again(without(h, at, size))
				}
			}
		}
		shrinkWords(h, func(smaller history) bool { return again(smaller) }, func() history { return h })
	}
	return h, broken
}

// weight is what shrinking makes less of.
func weight(h history) (n int) {
	for _, e := range h {
		n += 1 + len(e.args)
	}
	return n
}

func without(h history, at, size int) history {
	return append(append(history{}, h[:at]...), h[at+size:]...)
}

// shrinkWords leaves out the optional words: those of passes and of the set-up.
func shrinkWords(h history, again func(history) bool, now func() history) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].verb != "pass" && h[i].verb != "setup" && h[i].verb != "settle" {
			continue
		}
		for n := len(h[i].args) - 1; n >= 0; n-- {
			smaller := append(history{}, h...)
			args := append([]string{}, h[i].args[:n]...)
			smaller[i] = event{h[i].verb, append(args, h[i].args[n+1:]...)}
			if again(smaller) {
				h = now()
			}
		}
	}
}
