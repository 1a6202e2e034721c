// The key of a service that wants one: asked for when it says 401, kept as long as the tab is open.

import { byId } from "./elements.js";

const NAME = "citespan.key";
let asking = null;

/** The key that was entered in this tab, or null. */
export function heldKey() {
  return sessionStorage.getItem(NAME);
}

/** Forget it. */
export function forgetKey() {
  sessionStorage.removeItem(NAME);
}

/** Ask for the key; whether one was given. Several requests that need it at once ask once. */
export function askForKey() {
  asking ??= shown().finally(() => {
    asking = null;
  });
  return asking;
}

function shown() {
  const dialog = byId("key-dialog");
  const field = byId("key-field");
  byId("key-refused").hidden = heldKey() === null;
  forgetKey();
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const key = dialog.returnValue === "use" ? field.value.trim() : "";
        field.value = "";
        if (key) sessionStorage.setItem(NAME, key);
        document.documentElement.toggleAttribute("data-key", Boolean(key));
        resolve(Boolean(key));
      },
      { once: true },
    );
  });
}
