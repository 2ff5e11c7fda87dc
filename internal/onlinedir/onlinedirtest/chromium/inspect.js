// What a page promises to everybody, whatever they see it with. The value is a list of what is wrong. Contrast is that of the mode that is on.
(() => {
  const found = [];
  const wrong = (what, element) => found.push(what + (element ? ": " + element.outerHTML.replace(/\s+/g, " ").slice(0, 160) : ""));
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);

  // Names for what can be used, and for pictures (WCAG 1.1.1, 1.3.1, 4.1.2).
  for (const field of all("input:not([type=hidden]), select, textarea")) {
    if (!field.labels?.length && !field.ariaLabel && !field.getAttribute("aria-labelledby")) wrong("a field without a label", field);
  }
  for (const link of all("a[href], button, summary")) {
    if (!link.innerText.trim() && !link.ariaLabel && !link.querySelector("img[alt]")) wrong("nothing says what this does", link);
  }
  for (const picture of all("img:not([alt])")) wrong("a picture without a text", picture);

  // Headings and landmarks (WCAG 1.3.1, 2.4.1, 2.4.2, 3.1.1).
  const headings = all("h1, h2, h3, h4, h5, h6").map((heading) => [Number(heading.localName[1]), heading]);
  if (headings.filter(([level]) => level === 1).length !== 1) wrong("not one h1");
  headings.reduce((before, [level, heading]) => {
    if (level > before + 1 && heading.localName !== "h1") wrong(`a heading of level ${level} after one of level ${before}`, heading);
    return level;
  }, 1);
  for (const landmark of ["body > header", "main", "body > footer"]) {
    if (document.querySelectorAll(landmark).length !== 1) wrong("not one " + landmark);
  }
  if (!document.title.trim() || !document.documentElement.lang) wrong("no title or no language");

  // Contrast of every text with what is behind it (WCAG 1.4.3).
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const colours = new Map();
  const colour = (text) => {
    if (!colours.has(text)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = text;
      pixel.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
      colours.set(text, [r, g, b, a / 255]);
    }
    return colours.get(text);
  };
  const over = (front, behind) => [0, 1, 2].map((i) => front[i] * front[3] + behind[i] * (1 - front[3])).concat(1);
  // Where all is transparent there is the browser's own ground.
  const dark = matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.documentElement).colorScheme.includes("dark");
  const ground = colour(dark ? "#121212" : "#ffffff");
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const layer = colour(getComputedStyle(e).backgroundColor);
      layers.unshift(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduce((below, layer) => over(layer, below), ground);
  };
  const luminance = ([r, g, b]) =>
    [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const told = new Set();
  const compare = (element, style, what) => {
    const under = behind(element);
    const lights = [luminance(over(colour(style.color), under)), luminance(under)].sort((a, b) => b - a);
    const ratio = (lights[0] + 0.05) / (lights[1] + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const key = style.color + under;
    if (ratio < (large ? 3 : 4.5) && !told.has(key)) {
      told.add(key);
      wrong(`${what} with a contrast of ${ratio.toFixed(2)} (${style.color} on rgb(${under.slice(0, 3).map(Math.round)}))`, element);
    }
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !seen(element) || element.closest(":disabled, script, option, title")) continue;
    compare(element, getComputedStyle(element), "a text");
  }
  for (const field of all("[placeholder]")) compare(field, getComputedStyle(field, "::placeholder"), "a placeholder");
  return found;
})();
