// Everything on the page that the keyboard reaches and whose focus nobody would see (WCAG 2.4.7). A key was pressed before.
(() => {
  const found = [];
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")) {
    if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) continue;
    element.focus({ preventScroll: true, focusVisible: true });
    if (document.activeElement !== element) continue;
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    if (!element.matches(":focus-visible") || !outlined) found.push("the focus cannot be seen on " + element.outerHTML.replace(/\s+/g, " ").slice(0, 160));
  }
  // The tabulator begins at the top again, where this element has been.
  const top = document.body.insertBefore(document.createElement("span"), document.body.firstChild);
  top.tabIndex = -1;
  top.focus({ preventScroll: true });
  top.remove();
  scrollTo(0, 0);
  return found;
})();
