package cloudtarget

import "time"

// What a window needs before it is compared: enough answers for a mean, and enough time for a moment's disturbance not to count.
const (
	answersPerPlace = 8
	leastAnswers    = 32
	mostAnswers     = 256
	leastWindow     = 100 * time.Millisecond
)

// window is how long requests took while so many as limit were under way.
type window struct {
	limit   int
	skip    int // answers that do not count yet: those under way before still end
	answers int
	first   time.Time
	kinds   map[requestKind]times
}

// times are those of the answers to one kind of request.
type times struct {
	answers int
	took    time.Duration
}

func (w *window) open(limit int) {
	w.limit, w.skip, w.answers = limit, limit, 0
	clear(w.kinds)
}

// add counts an answer and reports whether the window is full.
func (w *window) add(kind requestKind, took time.Duration, now time.Time) bool {
	if w.skip > 0 {
		w.skip--
		return false
	}
	if w.answers == 0 {
		w.first = now
	}
	w.answers++
	k := w.kinds[kind]
	w.kinds[kind] = times{k.answers + 1, k.took + took}
	return w.answers >= min(max(answersPerPlace*w.limit, leastAnswers), mostAnswers) && now.Sub(w.first) >= leastWindow
}

// gain is by what factor more answers come in a second than in an earlier window, for the mixture of kinds of this one. known is false where
// less than half of the answers are of kinds that the earlier window has too.
func (w *window) gain(before *window) (gain float64, known bool) {
	var took, expected float64
	compared := 0
	for kind, now := range w.kinds {
		if then := before.kinds[kind]; then.answers > 0 {
			compared += now.answers
			took += float64(now.took)
			expected += float64(then.took) / float64(then.answers) * float64(now.answers)
		}
	}
	if 2*compared < w.answers || took == 0 || before.limit == 0 {
		return 0, false
	}
	return expected / took * float64(w.limit) / float64(before.limit), true
}
