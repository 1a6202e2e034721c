// Elements are made here, and nowhere from markup: text from documents, questions and the server is only ever text.

/** An element: `given` are attributes, `on` its listeners; children are elements or text, and null is left out. */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "on") listen(element, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function listen(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) element.addEventListener(event, listener);
}

/** A button that says and does something. */
export function button(label, does, given = {}) {
  return make("button", { type: "button", ...given, on: { click: does } }, label);
}

/** Put other children into an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
}

/** The element of the page that has this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** The white space of laid-out text folded, for reading. */
export function folded(text) {
  return text.replace(/\s+/gu, " ").trim();
}

/** 1 document, 2 documents, 7,484 documents. */
export function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** Bytes as people say them. */
export function sized(bytes) {
  if (bytes < 1000) return counted(bytes, "byte");
  const [unit, divisor] = bytes < 1e6 ? ["kB", 1e3] : ["MB", 1e6];
  return `${(bytes / divisor).toLocaleString("en", { maximumFractionDigits: bytes / divisor < 10 ? 1 : 0 })} ${unit}`;
}

let area = null;

/** Say something to whoever listens instead of looking. */
export function announce(text) {
  area ??= byId("announcements");
  area.append(make("p", {}, text));
  while (area.children.length > 12) area.firstChild.remove();
}

/** Keep `text` for pasting elsewhere, and tell so on the button that was pressed. */
export async function copy(text, pressed) {
  const label = pressed.textContent;
  const done = await write(text);
  pressed.textContent = done ? "Copied" : "Copying is not allowed here";
  announce(pressed.textContent);
  setTimeout(() => {
    pressed.textContent = label;
  }, 1600);
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeBySelection(text); // pages without TLS have no clipboard
  }
}

function writeBySelection(text) {
  const field = make("textarea", { class: "unseen", "aria-hidden": "true", tabindex: "-1" });
  field.value = text;
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  return done;
}
