// The service counts code points, the browser UTF-16 units. They differ after every character beyond U+FFFF (𝛼, 🧬).
// This module is the only one that converts.

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** How many code points a string has. */
export function codePoints(text) {
  const pairs = text.match(PAIR);
  return pairs ? text.length - pairs.length : text.length;
}

/** The UTF-16 index at which a code point starts. */
export function unitAt(text, point) {
  let unit = 0;
  for (let passed = 0; passed < point && unit < text.length; passed += 1) {
    unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
  }
  return unit;
}

/** What stands between two code points; the end is exclusive. */
export function cut(text, start, end) {
  const first = unitAt(text, start);
  return text.slice(first, first + unitAt(text.slice(first), end - start));
}

/**
 * A string in pieces: `[[text, name or null], …]`, where each of `spans` (`{start, end, name}`, code points) names what
 * it covers. Where spans overlap, the first one given wins. Nothing is lost: the pieces joined are the string.
 */
export function pieces(text, spans) {
  const length = codePoints(text);
  const inside = spans.map((span) => ({ ...span, start: Math.max(0, span.start), end: Math.min(length, span.end) }));
  const bounds = new Set([0, length]);
  for (const span of inside) {
    if (span.start < span.end) bounds.add(span.start).add(span.end);
  }
  const ordered = [...bounds].sort((one, other) => one - other);
  const found = [];
  let unit = 0;
  for (let number = 0; number + 1 < ordered.length; number += 1) {
    const [start, end] = [ordered[number], ordered[number + 1]];
    const rest = text.slice(unit);
    const width = unitAt(rest, end - start);
    const over = inside.find((span) => span.start <= start && end <= span.end);
    found.push([rest.slice(0, width), over ? over.name : null]);
    unit += width;
  }
  return found;
}
