// Permanent links: /d/<id>#char=6062,6392 (RFC 5147). The id is the content's hash, so a link keeps meaning its text.

/** The path of a document, and of a span in it. */
export function documentPath(documentId, collection, span = null) {
  const where = collection && collection !== "default" ? `?collection=${encodeURIComponent(collection)}` : "";
  const part = span ? `#char=${span.start},${span.end}` : "";
  return `/d/${encodeURIComponent(documentId).replace(/%3A/g, ":")}${where}${part}`;
}

/** The same, to be given to others. */
export function permanentLink(documentId, collection, span) {
  return location.origin + documentPath(documentId, collection, span);
}

/** What an address of a document names, or null when it names none. */
export function linked(address) {
  const [, id] = /^\/d\/([^/]+)$/.exec(address.pathname) ?? [];
  if (!id) return null;
  const [, start, end] = /^#char=(\d+),(\d+)$/.exec(address.hash) ?? [];
  const span = start && Number(start) < Number(end) ? { start: Number(start), end: Number(end) } : null;
  const collection = new URLSearchParams(address.search).get("collection") || "default";
  return { documentId: decodeURIComponent(id), collection, span };
}
