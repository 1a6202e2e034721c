// Keys: / to ask, [ and ] through the sources, Escape to close the viewer, ? for this list. Never while typing, and those
// that are a single character can be switched off, for people who speak or whose hands shake.

import { byId } from "./elements.js";

const NAME = "citespan.keys";

/** Listen to the shortcuts. */
export function listenToKeys({ viewer, leaveViewer, asking }) {
  const box = byId("keys-on");
  box.checked = stored() !== "off";
  box.addEventListener("change", () => store(box.checked ? null : "off"));
  byId("keys").addEventListener("click", () => byId("keys-dialog").showModal());
  const single = {
    "/": () => asking.focus(),
    "?": () => byId("keys-dialog").showModal(),
    "[": () => viewer.isOpen && viewer.step(-1),
    "]": () => viewer.isOpen && viewer.step(1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && viewer.isOpen && document.body.dataset.view === "ask") leaveViewer();
    if (!box.checked || isTyping(event.target) || !(event.key in single)) return;
    event.preventDefault();
    single[event.key]();
  });
}

function isTyping(target) {
  return target.matches("input, textarea, select, [contenteditable]");
}

function stored() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

function store(value) {
  try {
    if (value) localStorage.setItem(NAME, value);
    else localStorage.removeItem(NAME);
  } catch {
    // it lasts as long as the page
  }
}
