package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Browser shows one site in one tab. It is for one goroutine.
type Browser struct {
	// Uninspected are paths, without their queries, that are not inspected.
	Uninspected []string

	t       testing.TB // of the step that is being made
	ctx     context.Context
	site    string
	status  int64 // of the page that is shown
	visited []string
	first   bool // several things may have the name that is looked for
	lenient bool // what the console reports is asked for

	mu         sync.Mutex
	complaints []string // what the console reported since it was asked last
}

// The sizes of the windows, in CSS pixels.
const (
	DesktopWidth  = 1280
	desktopHeight = 800
	PhoneWidth    = 390
	phoneHeight   = 844
)

// patience is how long a page may take, on a machine that has much else to do.
const patience = time.Minute

// Installed finds the program.
func Installed() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium is installed (on Debian, as root: apt-get install --no-install-recommends chromium)")
}

// New starts a browser for a site such as http://127.0.0.1:8420, in a window of desktop size. The test ends it, and skips where there is no
// Chromium.
func New(t testing.TB, site string) *Browser {
	t.Helper()
	path, err := Installed()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	options := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.WindowSize(DesktopWidth, desktopHeight), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-GB"), chromedp.WSURLReadTimeout(patience),
	})
	if os.Getuid() == 0 { // Chromium has no sandbox for root
		options = append(options, chromedp.NoSandbox)
	}
	// The end of the test closes the browser in good order, which takes a context that lasts longer.
	allocator, closeAllocator := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, closeTab := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {})) // events newer than the library
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log("closing Chromium:", err)
		}
		closeTab()
		closeAllocator()
	})
	b := &Browser{t: t, ctx: ctx, site: site}
	chromedp.ListenTarget(ctx, b.hear)
	b.run(network.Enable(), desktop(), chromedp.Navigate("about:blank"))
	return b
}

func desktop() chromedp.Action {
	return emulation.SetDeviceMetricsOverride(DesktopWidth, desktopHeight, 1, false)
}

func phone() chromedp.Action {
	return emulation.SetDeviceMetricsOverride(PhoneWidth, phoneHeight, 1, false)
}

func narrow() chromedp.Action {
	return emulation.SetDeviceMetricsOverride(narrowest, phoneHeight, 1, false)
}

// Step makes a part of a story, as a test of its own. It says whether the story can go on.
func (b *Browser) Step(t *testing.T, name string, step func(t *testing.T)) bool {
	t.Helper()
	return t.Run(name, func(inner *testing.T) {
		outer := b.t
		b.t = inner
		defer func() { b.t = outer }()
		step(inner)
		b.heed()
	})
}

// Visited lists the paths of the pages that were inspected, without queries, in their order.
func (b *Browser) Visited() []string { return slices.Clone(b.visited) }

// do makes actions, which may take a minute.
func (b *Browser) do(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}

// run is do for what cannot fail.
func (b *Browser) run(actions ...chromedp.Action) {
	b.t.Helper()
	// The first use of a context decides how long the browser lives, so that one has no time limit.
	if chromedp.FromContext(b.ctx).Target == nil {
		if err := chromedp.Run(b.ctx, actions...); err != nil {
			b.t.Fatal(err)
		}
		return
	}
	if err := b.do(actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval is the value of an expression in the page.
func (b *Browser) eval(expression string, value any) {
	b.t.Helper()
	b.run(chromedp.Evaluate(expression, value))
}

// until asks again and again, until something is so. It ends the test, with what was to be, after half a minute.
func (b *Browser) until(so func() bool, what func() string) {
	b.t.Helper()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience / 2)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			b.t.Fatal(what())
		case <-b.ctx.Done():
			b.t.Fatal(b.ctx.Err())
		}
	}
}

// Open shows the page at a path.
func (b *Browser) Open(path string) {
	b.t.Helper()
	b.load("opening "+path, chromedp.Navigate(b.site+path))
}

// load makes something that leads to a page, waits for it, and inspects it.
func (b *Browser) load(what string, actions ...chromedp.Action) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	if b.status = response.Status; b.status >= 500 {
		b.t.Fatalf("%s: status %d\n%s", what, b.status, b.Text())
	}
	b.inspect()
}

// Refused is whether the page that is shown came with a status that says so.
func (b *Browser) Refused() bool { return b.status >= 400 }

// Path is the path of the page that is shown, with its query.
func (b *Browser) Path() string {
	b.t.Helper()
	var path string
	b.eval("location.pathname + location.search", &path)
	return path
}

func (b *Browser) say(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, fmt.Sprintf(format, args...))
}
