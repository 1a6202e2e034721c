// A text in stretches, so that ten megabytes open as fast as a note. Offsets are code points.
//
// Stretch n has the lines that start in [n × LENGTH, (n + 1) × LENGTH). Where no line starts within REACH after such a
// bound (a line of megabytes), the line is cut at the bound itself. Neighbours look at the same text around the bound
// that they share, so that together they have every character once.

import { codePoints, cut, unitAt } from "./offsets.js";

export const LENGTH = 20_000;
export const REACH = 4_000;

/** How many stretches a text of so many characters has. */
export function stretchCount(characters) {
  return Math.max(1, Math.ceil(characters / LENGTH));
}

/** The range to fetch for a stretch: one character before it too, which tells whether a line starts there. */
export function rangeOf(number, characters) {
  return {
    start: Math.max(0, number * LENGTH - 1),
    end: Math.min(characters, (number + 1) * LENGTH + REACH),
  };
}

/**
 * The lines of a stretch, from the text of its range and the number of the line that the range starts in:
 * `[{number, start, text}]`; `number` is null where a row goes on a line that was cut.
 */
export function linesOf(stretch, characters, text, startLine) {
  const { start } = rangeOf(stretch, characters);
  const first = stretch === 0 ? 0 : bound(text, stretch * LENGTH - start);
  const last = (stretch + 1) * LENGTH >= characters ? codePoints(text) : bound(text, (stretch + 1) * LENGTH - start);
  if (last <= first) return [];
  const own = cut(text, first, last);
  const before = cut(text, 0, first);
  const begins = first === 0 || startsLine(text, before.length);
  return rows(own, start + first, startLine + lineEnds(before, own[0]), begins);
}

/** Where the line starts that comes first at or after a point; the point itself where that is too far. */
function bound(text, point) {
  const from = unitAt(text, point);
  const until = from + unitAt(text.slice(from), REACH);
  for (let unit = from; unit < until; unit += 1) {
    if (startsLine(text, unit)) return point + codePoints(text.slice(from, unit));
  }
  return point;
}

function startsLine(text, unit) {
  const before = text[unit - 1];
  return before === "\n" || (before === "\r" && text[unit] !== "\n");
}

function lineEnds(text, following) {
  const found = text.match(/\r\n|\r|\n/g)?.length ?? 0;
  return text.endsWith("\r") && following === "\n" ? found - 1 : found;
}

function rows(text, start, number, begins) {
  const found = [];
  let numbered = begins;
  for (const [line] of text.matchAll(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/gu)) {
    found.push({ number: numbered ? number : null, start, text: line });
    start += codePoints(line);
    number += 1;
    numbered = true;
  }
  return found;
}
