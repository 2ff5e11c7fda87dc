package chromium

import (
	"context"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// View is how a picture is taken.
type View struct {
	Phone, Dark bool
	Most        float64 // the picture's height at most, in CSS pixels; 0 for all of the page
}

// Picture is the page that is shown, as a PNG.
func (b *Browser) Picture(v View) (png []byte) {
	b.t.Helper()
	size, scheme := desktop(), "light"
	if v.Phone {
		size = phone()
	}
	if v.Dark {
		scheme = "dark"
	}
	capture := chromedp.ActionFunc(func(ctx context.Context) error {
		_, _, _, _, _, content, err := page.GetLayoutMetrics().Do(ctx)
		if err != nil {
			return err
		}
		clip := page.Viewport{Width: content.Width, Height: content.Height, Scale: 1}
		if v.Most > 0 {
			clip.Height = min(clip.Height, v.Most)
		}
		png, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).WithClip(&clip).Do(ctx)
		return err
	})
	b.run(size, colours(scheme), chromedp.Evaluate("document.activeElement?.blur(); scrollTo(0, 0)", nil), capture, desktop(), colours("light"))
	return png
}

// colours sets the scheme that the system prefers. Nothing moves, so that pages can be compared.
func colours(scheme string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	})
}
