// The card that shows a quotation in its context while a source chip is pointed at or has the focus.

import { get, query } from "./client.js";
import { byId, fill, make } from "./elements.js";
import { codePoints, cut } from "./offsets.js";
import { placeOf, sectionOf } from "./viewer.js";

const AROUND = 240;
const contexts = new Map();
let shownFor = null;
let timer = null;

/** Let a chip show its quotation. */
export function showsQuote(chip, citation, collection) {
  chip.setAttribute("aria-describedby", "quote-card");
  const later = (wait, action) => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };
  chip.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") later(120, () => show(chip, citation, collection));
  });
  chip.addEventListener("pointerleave", () => later(200, hideQuote));
  chip.addEventListener("focus", () => {
    if (!chip.matches(":focus-visible")) return;
    clearTimeout(timer); // what the pointer left a moment ago
    show(chip, citation, collection);
  });
  chip.addEventListener("blur", () => later(0, hideQuote));
}

/** Take the card away. */
export function hideQuote() {
  clearTimeout(timer);
  byId("quote-card").hidden = true;
  shownFor = null;
}

/** The card stays while it is pointed at, and goes with Escape or when what it points at moves. */
export function watchQuotes() {
  const card = byId("quote-card");
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", hideQuote);
  addEventListener("resize", hideQuote);
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || card.hidden) return;
      hideQuote();
      event.stopPropagation();
    },
    { capture: true },
  );
}

async function show(chip, citation, collection) {
  shownFor = chip;
  draw(chip, citation, ["", ""]);
  const context = await contextOf(citation, collection);
  if (shownFor === chip && context) draw(chip, citation, context);
}

function draw(chip, citation, [before, after]) {
  const card = byId("quote-card");
  fill(
    card,
    make("p", { class: "card-title" }, citation.document_title),
    make("p", { class: "card-place" }, placeOf(citation), sectionOf(citation)),
    make("p", { class: "card-quote" }, spaced(before), make("mark", {}, spaced(citation.cited_text)), spaced(after)),
    make("p", { class: "card-hint" }, "Click to see it in the document"),
  );
  card.hidden = false;
  place(card, chip);
}

/** Below the chip where there is room, else above it; never out of the window. */
function place(card, chip) {
  const at = chip.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const below = at.bottom + height + 12 < innerHeight || at.top < height + 12;
  card.style.left = `${Math.max(8, Math.min(at.left - 24, innerWidth - width - 8))}px`;
  card.style.top = `${below ? at.bottom + 6 : at.top - height - 6}px`;
}

function contextOf(citation, collection) {
  const key = `${collection} ${citation.document_id} ${citation.start_char_index} ${citation.end_char_index}`;
  if (!contexts.has(key)) contexts.set(key, fetchContext(citation, collection));
  return contexts.get(key);
}

/** What stands before and after a quotation, cut at words; null when it cannot be had. */
async function fetchContext(citation, collection) {
  const start = Math.max(0, citation.start_char_index - AROUND);
  const path = `/v1/documents/${encodeURIComponent(citation.document_id)}/text${query({ collection, start })}`;
  try {
    const { text } = await get(path);
    const [first, last] = [citation.start_char_index - start, citation.end_char_index - start];
    const before = cut(text, 0, first);
    const after = cut(text, last, last + AROUND);
    const goesOn = codePoints(text) > last + AROUND;
    return [start > 0 ? before.replace(/^\S*/u, "…") : before, goesOn ? after.replace(/\S*$/u, "…") : after];
  } catch {
    return null; // the quotation itself is shown already
  }
}

function spaced(text) {
  return text.replace(/\s+/gu, " ");
}
