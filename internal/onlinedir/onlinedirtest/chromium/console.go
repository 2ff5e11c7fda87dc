package chromium

import (
	"strings"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// hear keeps what the browser reports as wrong.
func (b *Browser) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.say("an exception: %s", e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning || e.Type == runtime.APITypeAssert {
			var words []string
			for _, argument := range e.Args {
				words = append(words, string(argument.Value))
			}
			b.say("the console: %s", strings.Join(words, " "))
		}
	case *log.EventEntryAdded:
		// That a page came with a status such as 422 is its answer; parts of pages are watched below.
		if e.Entry.Source != log.SourceNetwork && (e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning) {
			b.say("the log (%s): %s", e.Entry.Source, e.Entry.Text)
		}
	case *network.EventResponseReceived:
		if e.Type != network.ResourceTypeDocument && e.Response.Status >= 400 {
			b.say("a part of the page, %s: status %d", e.Response.URL, e.Response.Status)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			b.say("a part of the page could not be loaded: %s (%s)", e.ErrorText, e.BlockedReason)
		}
	}
}

// heard takes what was reported.
func (b *Browser) heard() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.complaints
	b.complaints = nil
	return list
}

// Complaints is what the console reports while something is done. It does not fail the test.
func (b *Browser) Complaints(during func()) []string {
	b.t.Helper()
	b.heed()
	b.lenient = true
	during()
	b.lenient = false
	return b.heard()
}

// heed fails the test for what was reported.
func (b *Browser) heed() {
	b.t.Helper()
	if b.lenient {
		return
	}
	for _, complaint := range b.heard() {
		b.t.Error(complaint)
	}
}
