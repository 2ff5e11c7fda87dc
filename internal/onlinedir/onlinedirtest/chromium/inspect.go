package chromium

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed inspect.js
var inspection string

//go:embed focus.js
var focus string

// focusVisible is whether it can be seen where the focus is. Behind the last thing of a page it leaves the page.
const focusVisible = `(() => {
	const e = document.activeElement, style = getComputedStyle(e);
	return e === document.body || e.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
})()`

// narrowest is how narrow a window may be before what is in it scrolls sideways (WCAG 1.4.10).
const narrowest = 320

// sideways lists what is wider than that.
var sideways = fmt.Sprintf(`(() => {
	if (document.scrollingElement.scrollWidth <= %[1]d) return [];
	const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > %[1]d + 0.5 && !e.closest(".sections"));
	return ["in a narrow window it is " + document.scrollingElement.scrollWidth + " wide", ...wide.slice(-3).map((e) => "too wide: " + e.outerHTML.slice(0, 160))];
})()`, narrowest)

// inspect looks at the page that is shown, in light and dark, and in a narrow window, and leaves it as it was.
func (b *Browser) inspect() {
	b.t.Helper()
	path, _, _ := strings.Cut(b.Path(), "?")
	if slices.Contains(b.Uninspected, path) {
		b.heed()
		return
	}
	b.visited = append(b.visited, path)
	for _, finding := range b.Findings() {
		b.t.Errorf("%s: %s", path, finding)
	}
	b.heed()
}

// Findings is what is wrong with the page that is shown.
func (b *Browser) Findings() []string {
	b.t.Helper()
	var light, dark, focused, wide []string
	b.run(
		colours("dark"), chromedp.Evaluate(inspection, &dark),
		colours("light"), chromedp.Evaluate(inspection, &light),
		narrow(), chromedp.Evaluate(sideways, &wide), desktop(),
	)
	var active bool
	b.eval("document.activeElement !== document.body", &active)
	if !active { // a page that has set the focus has a reason, which the keyboard is to find
		b.run(chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(focus, &focused))
	}
	for i, finding := range dark {
		if !slices.Contains(light, finding) {
			dark[i] = "in dark mode, " + finding
		}
	}
	findings := slices.Concat(light, dark, focused, wide)
	slices.Sort(findings)
	return slices.Compact(findings)
}
