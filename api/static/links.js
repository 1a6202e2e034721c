// Permanent links. The id is the content's hash, so a link keeps meaning its text.
//
//   /d/<id>                                       a document
//   /d/<id>#char=6062,6392                        a span of its text, in code points (RFC 5147): what is quoted
//   /d/<id>#page=7                                a page of it, from 1
//   /d/<id>#page=7&box=57.2,120,290.5,168.4       a rectangle on the page: left, top, right, bottom, in points from the
//                                                 top left corner of the page as it is shown
//   /d/<id>#char=6062,6392&page=7&box=…           both, as links to quotations from PDFs have it: the span is what is
//                                                 meant, page and box where it stood when the link was made
//
// The collection, where it is not the usual one, is ?collection=<name>.

/** The path of a document, of a span in it, and of the `spot`, `{page, box}`, where that stands. */
export function documentPath(documentId, collection, span = null, spot = null) {
  const where = collection && collection !== "default" ? `?collection=${encodeURIComponent(collection)}` : "";
  const parts = [span && `char=${span.start},${span.end}`, spot && `page=${spot.page}`, spot?.box && `box=${spot.box.join(",")}`];
  const named = parts.filter(Boolean).join("&");
  return `/d/${encodeURIComponent(documentId).replace(/%3A/g, ":")}${where}${named && `#${named}`}`;
}

/** The same, to be given to others. */
export function permanentLink(documentId, collection, span, spot) {
  return location.origin + documentPath(documentId, collection, span, spot);
}

/** What an address of a document names, or null when it names none. */
export function linked(address) {
  const [, id] = /^\/d\/([^/]+)$/.exec(address.pathname) ?? [];
  if (!id) return null;
  const collection = new URLSearchParams(address.search).get("collection") || "default";
  return { documentId: decodeURIComponent(id), collection, ...named(address.hash) };
}

function named(hash) {
  const parts = new Map(hash.slice(1).split("&").map((part) => part.split("=", 2)));
  const [, start, end] = /^(\d+),(\d+)$/.exec(parts.get("char") ?? "") ?? [];
  const span = start && Number(start) < Number(end) ? { start: Number(start), end: Number(end) } : null;
  const page = /^[1-9]\d*$/.test(parts.get("page") ?? "") ? Number(parts.get("page")) : null;
  return { span, spot: page && { page, box: boxIn(parts.get("box") ?? "") } };
}

function boxIn(text) {
  if (!/^\d+(\.\d+)?(,\d+(\.\d+)?){3}$/.test(text)) return null;
  const [left, top, right, bottom] = text.split(",").map(Number);
  return left < right && top < bottom ? [left, top, right, bottom] : null;
}
