package cloudtarget

import (
	"math"
	"time"
)

// What a window needs before it is compared: enough answers for a mean, more of them where they differ much, and enough time for a moment's
// disturbance not to count.
const (
	answersPerPlace = 8
	leastAnswers    = 32
	mostAnswers     = 512
	leastWindow     = 100 * time.Millisecond
)

// window is how long requests took while so many as limit were under way. It is about a number of requests that went one after the other, and
// ends when all of them are answered: those that are answered until a moment would be the quick ones.
type window struct {
	limit    int
	error    float64 // of the mean, by which more or less of it may be wrong: 0.1 is a tenth
	skip     int     // requests that do not count yet: others still end that went under another limit
	wanted   int     // requests
	began    int
	answered int
	first    time.Time // when the first one went
	kinds    map[requestKind]times
}

// times are those of the answers to one kind of request.
type times struct {
	answers int
	took    float64 // seconds
	squares float64 // seconds²
}

func (w *window) open(limit int, mostError float64) {
	w.limit, w.error, w.skip, w.began, w.answered = limit, mostError, limit, 0, 0
	w.wanted = max(answersPerPlace*limit, leastAnswers)
	clear(w.kinds)
}

// begin reports whether a request that goes now counts.
func (w *window) begin(now time.Time) bool {
	switch {
	case w.skip > 0:
		w.skip--
		return false
	case w.began == w.wanted:
		return false
	case w.began == 0:
		w.first = now
	}
	w.began++
	return true
}

// add takes the answer to a request that counts, and reports whether the window is complete.
func (w *window) add(kind requestKind, took time.Duration, now time.Time) bool {
	k, seconds := w.kinds[kind], took.Seconds()
	w.kinds[kind] = times{k.answers + 1, k.took + seconds, k.squares + seconds*seconds}
	if w.answered++; w.answered < w.wanted {
		return false
	}
	if now.Sub(w.first) < leastWindow || w.answered < mostAnswers && w.meanError() > w.error {
		w.wanted += max(w.wanted/2, w.limit)
		return false
	}
	return true
}

// meanError is the standard error of the mean time as a part of it, when each time is seen as a part of the mean of its kind.
func (w *window) meanError() float64 {
	var variance float64 // summed over the answers
	for _, k := range w.kinds {
		if n := float64(k.answers); k.took > 0 {
			variance += n * max(n*k.squares/(k.took*k.took)-1, 0)
		}
	}
	return math.Sqrt(variance) / float64(w.answered)
}

// gain is by what factor more answers come in a second than in an earlier window, for the mixture of kinds of this one. known is false where
// less than half of the answers are of kinds that the earlier window has too.
func (w *window) gain(before *window) (gain float64, known bool) {
	var took, expected float64
	compared := 0
	for kind, now := range w.kinds {
		if then := before.kinds[kind]; then.answers > 0 {
			compared += now.answers
			took += now.took
			expected += then.took / float64(then.answers) * float64(now.answers)
		}
	}
	if 2*compared < w.answered || took == 0 || before.limit == 0 {
		return 0, false
	}
	return expected / took * float64(w.limit) / float64(before.limit), true
}
