package diff

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// TestALargePlanIsInTheOrderOfItsAnchors, so that its batches touch few pages of the snapshot. A small one stays as it came.
func TestALargePlanIsInTheOrderOfItsAnchors(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{50, 3000} {
		s := newSpool(t.TempDir())
		for i := range n {
			r := person(fmt.Sprintf("p%08x", random.Uint32()), "title="+strings.Repeat("x", 40+i%400))
			must(t, s.add(&Change{Op: Create, Kind: directory.User, Anchor: r.Anchor, After: r}))
			if i%10 == 0 { // two of one object keep their order
				must(t, s.add(&Change{Op: Create, Kind: directory.User, Anchor: r.Anchor, After: r, Undo: true}))
			}
		}
		var before, after []string
		collect := func(to *[]string) {
			must(t, s.each(Create, func(c *Change) error {
				*to = append(*to, fmt.Sprint(c.Anchor.GUID(), c.Undo, c.After.First(directory.Title)))
				return nil
			}))
		}
		collect(&before)
		must(t, s.arrange())
		collect(&after)
		var anchors []directory.Anchor
		must(t, s.each(Create, func(c *Change) error { anchors = append(anchors, c.Anchor); return nil }))
		if slices.IsSortedFunc(anchors, compareAnchors) != (n > 1000) {
			t.Errorf("%d changes: in order or not", n)
		}
		for i := 1; i < len(after) && n > 1000; i++ {
			if anchors[i] == anchors[i-1] && strings.Contains(after[i-1], "true") {
				t.Fatalf("the second change of an object comes first: %s", after[i])
			}
		}
		slices.Sort(before)
		slices.Sort(after)
		if !slices.Equal(before, after) {
			t.Errorf("%d changes: some are lost or damaged", n)
		}
		must(t, s.close())
	}
}
