// What makes the pages quicker to use. Nothing depends on it: without script every action works too.
"use strict";

// A list with checkboxes: one box for all of them, and how many are chosen in the buttons that are about them.
for (const form of document.querySelectorAll("form[data-select]")) {
  const boxes = () => [...form.querySelectorAll('input[type="checkbox"][name="id"]')];
  const all = form.querySelector("[data-select-all]");
  const show = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
    for (const button of form.querySelectorAll("[data-selected]")) {
      button.textContent = button.dataset.selected.replace("% ", chosen ? `${chosen} ` : "");
      button.disabled = chosen === 0;
    }
    form.classList.toggle("chosen", chosen > 0);
  };
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes()) box.checked = all.checked;
      show();
    });
  }
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show); // the browser may have restored the boxes
  show();
}

// A menu closes when the focus or a click goes elsewhere, and with Escape.
for (const menu of document.querySelectorAll("details.menu, details.views")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// <button type="button" hidden data-copy="ID"> copies the text of the element with that id.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied: select it instead";
    }
  });
}

// The second click on a button that sends a form would send it twice.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// On a phone the bar of sections is longer than the screen: the one that is open is in sight.
for (const open of document.querySelectorAll(".sections [aria-current]")) {
  const bar = open.closest(".container-xl");
  const show = () => {
    bar.scrollLeft += open.getBoundingClientRect().left - bar.getBoundingClientRect().left - (bar.clientWidth - open.offsetWidth) / 2;
  };
  window.addEventListener("resize", show); // somebody turns the phone
  show();
}

// What was not done is read first, and what was done is announced.
document.querySelector("#problem")?.setAttribute("tabindex", "-1");
document.querySelector("#problem")?.focus();
