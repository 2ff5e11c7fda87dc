package chromium

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The roles of what can be used, in the words of WAI-ARIA, and of Chromium for the summary of details.
const (
	Button   = "button"
	Link     = "link"
	Checkbox = "checkbox"
	Radio    = "radio"
	Textbox  = "textbox"
	Search   = "searchbox"
	Number   = "spinbutton"
	List     = "combobox"
	Summary  = "DisclosureTriangle"
)

// Follow clicks on a link and waits for the page to which it leads.
func (b *Browser) Follow(name string) {
	b.t.Helper()
	b.load("following "+name, b.click(Link, name))
}

// Press clicks on a button and waits for the page to which it leads.
func (b *Browser) Press(name string) {
	b.t.Helper()
	b.load("pressing "+name, b.click(Button, name))
}

// Click clicks on something that stays on the page.
func (b *Browser) Click(role, name string) {
	b.t.Helper()
	b.run(b.click(role, name))
}

// Type replaces the text of a field.
func (b *Browser) Type(role, name, text string) {
	b.t.Helper()
	id := b.find(role, name)
	b.run(dom.Focus().WithBackendNodeID(id), b.call(id, "function () { this.select(); }", nil), input.InsertText(text))
}

// Choose selects an entry of a list by its text.
func (b *Browser) Choose(name, option string) {
	b.t.Helper()
	var found bool
	b.run(b.call(b.find(List, name), `function (text) {
		const option = [...this.options].find((o) => o.text.trim() === text);
		if (!option) return false;
		option.selected = true;
		this.dispatchEvent(new Event("input", { bubbles: true }));
		this.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	}`, &found, option))
	if !found {
		b.t.Fatalf("%s: the list %q has no entry %q", b.Path(), name, option)
	}
}

// First lets what is looked for next be the first of several with the same role and name.
func (b *Browser) First() *Browser {
	b.first = true
	return b
}

// Inner is the text of the one element that a CSS selector finds: for what no role names.
func (b *Browser) Inner(selector string) string {
	b.t.Helper()
	var text string
	b.run(chromedp.TextContent(selector, &text, chromedp.ByQuery))
	return text
}

// Value is what a field holds.
func (b *Browser) Value(role, name string) string {
	b.t.Helper()
	var value string
	b.run(b.call(b.find(role, name), "function () { return this.value; }", &value))
	return value
}

// Tamper calls a function on something, as only somebody with the developer's tools does.
func (b *Browser) Tamper(role, name, function string) {
	b.t.Helper()
	b.run(b.call(b.find(role, name), function, nil))
}

// Clipboard is what was copied last.
func (b *Browser) Clipboard() string {
	b.t.Helper()
	var text string
	b.run(browser.SetPermission(&browser.PermissionDescriptor{Name: "clipboard-read"}, browser.PermissionSettingGranted),
		chromedp.Evaluate("navigator.clipboard.readText()", &text, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return text
}

// Text is what can be read on the page, with single spaces.
func (b *Browser) Text() string {
	b.t.Helper()
	var text string
	b.eval("document.body.innerText", &text)
	return strings.Join(strings.Fields(text), " ")
}

// Sees waits until the page says texts.
func (b *Browser) Sees(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.until(func() bool { return strings.Contains(b.Text(), text) }, func() string {
			return fmt.Sprintf("%s does not say %q, but:\n%s", b.Path(), text, b.Text())
		})
	}
}

// Lacks checks that the page does not say texts.
func (b *Browser) Lacks(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if strings.Contains(b.Text(), text) {
			b.t.Errorf("%s says %q", b.Path(), text)
		}
	}
}

// Tab moves the focus with the keyboard to something, which takes at most so many steps. On the way the focus must be visible.
func (b *Browser) Tab(role, name string, most int) {
	b.t.Helper()
	want := b.find(role, name)
	for range most {
		b.run(chromedp.KeyEvent(kb.Tab))
		var visible, arrived bool
		b.eval(focusVisible, &visible)
		if !visible {
			var source string
			b.eval("document.activeElement.outerHTML.slice(0, 200)", &source)
			b.t.Errorf("%s: nobody sees that the focus is on %s", b.Path(), source)
		}
		b.run(b.call(want, "function () { return this === document.activeElement; }", &arrived))
		if arrived {
			return
		}
	}
	b.t.Fatalf("%s: the %s %q is not within %d steps of the tabulator", b.Path(), role, name, most)
}

// Keys presses keys on what has the focus.
func (b *Browser) Keys(keys string) {
	b.t.Helper()
	b.run(chromedp.KeyEvent(keys))
}

// Enter presses the key on what has the focus and waits for the page to which it leads.
func (b *Browser) Enter() {
	b.t.Helper()
	b.load("pressing Enter", chromedp.KeyEvent(kb.Enter))
}

// Space is Enter with the other key that presses buttons.
func (b *Browser) Space() {
	b.t.Helper()
	b.load("pressing Space", chromedp.KeyEvent(" "))
}

// find waits for the one thing on the page that has a role and a name, or whose name begins with that one.
func (b *Browser) find(role, name string) cdp.BackendNodeID {
	b.t.Helper()
	var id cdp.BackendNodeID
	var names []string
	several := b.first
	b.first = false
	b.until(func() bool {
		names = nil
		var exact, begins []cdp.BackendNodeID
		for _, node := range b.all(role) {
			called := strings.Join(strings.Fields(text(node.Name)), " ")
			names = append(names, called)
			switch {
			case called == name:
				exact = append(exact, node.BackendDOMNodeID)
			case strings.HasPrefix(called, name+" "):
				begins = append(begins, node.BackendDOMNodeID)
			}
		}
		for _, list := range [][]cdp.BackendNodeID{exact, begins} {
			if len(list) == 1 || several && len(list) > 1 {
				id = list[0]
				return true
			}
		}
		return false
	}, func() string {
		return fmt.Sprintf("%s has not one %s %q, but %q", b.Path(), role, name, names)
	})
	return id
}

// all are the things with a role that a screen reader finds on the page.
func (b *Browser) all(role string) (nodes []*accessibility.Node) {
	b.t.Helper()
	b.run(chromedp.ActionFunc(func(ctx context.Context) error {
		document, exception, err := runtime.Evaluate("document").Do(ctx)
		if err != nil {
			return err
		}
		if exception != nil {
			return exception
		}
		found, err := accessibility.QueryAXTree().WithObjectID(document.ObjectID).WithRole(role).Do(ctx)
		for _, node := range found {
			if !node.Ignored {
				nodes = append(nodes, node)
			}
		}
		return err
	}))
	return nodes
}

func text(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var s string
	_ = json.Unmarshal(v.Value, &s) // a name is a string
	return s
}

// click moves the mouse to something, sees that nothing else lies over it there, and clicks.
func (b *Browser) click(role, name string) chromedp.Action {
	b.t.Helper()
	id := b.find(role, name)
	return chromedp.ActionFunc(func(ctx context.Context) error {
		if err := dom.ScrollIntoViewIfNeeded().WithBackendNodeID(id).Do(ctx); err != nil {
			return fmt.Errorf("%s %q cannot be seen: %w", role, name, err)
		}
		quads, err := dom.GetContentQuads().WithBackendNodeID(id).Do(ctx)
		if err != nil {
			return err
		}
		if len(quads) == 0 {
			return fmt.Errorf("%s %q has no place on the page", role, name)
		}
		q := quads[0]
		x, y := (q[0]+q[2]+q[4]+q[6])/4, (q[1]+q[3]+q[5]+q[7])/4
		var hit bool
		if err := b.call(id, `function (x, y) {
			const top = document.elementFromPoint(x, y);
			return this === top || this.contains(top) || [...(this.labels ?? [])].some((label) => label.contains(top));
		}`, &hit, x, y).Do(ctx); err != nil {
			return err
		}
		if !hit {
			return fmt.Errorf("%s %q is covered by something else", role, name)
		}
		return chromedp.MouseClickXY(x, y).Do(ctx)
	})
}

// call calls a function on an element of the page.
func (b *Browser) call(id cdp.BackendNodeID, function string, value any, args ...any) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		object, err := dom.ResolveNode().WithBackendNodeID(id).Do(ctx)
		if err != nil {
			return err
		}
		return chromedp.CallFunctionOn(function, value, func(p *runtime.CallFunctionOnParams) *runtime.CallFunctionOnParams {
			return p.WithObjectID(object.ObjectID)
		}, args...).Do(ctx)
	})
}
