// The source viewer: a whole document, its text and where it has them its pages, scrolled to what a sentence quotes.

import { get, query } from "./client.js";
import { announce, byId, copy, counted, fill, folded, make } from "./elements.js";
import { documentPath, permanentLink } from "./links.js";
import { Panes } from "./panes.js";
import { trouble } from "./troubles.js";

/** Where a citation stands, for people: file, lines or pages. */
export function placeOf(citation) {
  return [citation.file_name, linesIn(citation)].filter(Boolean).join(", ");
}

/** The lines or pages of a citation. */
export function linesIn(citation) {
  if (citation.start_page) return ranged("page", citation.start_page, citation.end_page);
  return citation.start_line ? ranged("line", citation.start_line, citation.end_line) : "";
}

/** The heading that it stands under, with a dot before it; null where that is the title again. */
export function sectionOf({ section, document_title: title }) {
  return section && plain(section) !== plain(title) ? ` · ${section}` : null;
}

function plain(text) {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

function ranged(word, first, last) {
  return first === last ? `${word} ${first}` : `${word}s ${first}–${last}`;
}

/** The panel. `onClose` is told when the person closes it. */
export class Viewer {
  constructor({ onClose }) {
    this.panel = byId("viewer");
    this.onClose = onClose;
    this.citations = [];
    this.at = -1;
    this.panes = new Panes();
    this.shown = null; // what document is drawn
    byId("viewer-close").addEventListener("click", () => this.onClose());
    byId("viewer-previous").addEventListener("click", () => this.step(-1));
    byId("viewer-next").addEventListener("click", () => this.step(1));
    byId("viewer-link").addEventListener("click", (event) => copy(this.#link(), event.currentTarget));
    byId("viewer-quote").addEventListener("click", (event) => copy(this.#quotation(), event.currentTarget));
    byId("viewer-return").addEventListener("click", () => this.shown && this.panes.show(this.#place()));
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /** Open at one of the citations of an answer. */
  openCitation(citations, at, collection) {
    this.citations = citations;
    this.at = at;
    const citation = citations[at];
    const span = { start: citation.start_char_index, end: citation.end_char_index };
    return this.#open(citation.document_id, collection, span, citation);
  }

  /** Open a document: at a span, at a spot on its pages, or at its start. */
  openDocument(documentId, collection, span = null, spot = null) {
    this.citations = [];
    this.at = -1;
    return this.#open(documentId, collection, span, null, spot);
  }

  /** Go to the next citation, or to an earlier one. */
  step(by) {
    const at = this.at + by;
    if (at < 0 || at >= this.citations.length) return;
    this.openCitation(this.citations, at, this.collection);
  }

  /** Put it away. */
  close() {
    this.panel.hidden = true;
    this.panes.close();
    this.shown = this.opening = null;
  }

  async #open(documentId, collection, span, citation, spot = null) {
    const opening = (this.opening = Symbol(documentId)); // the last one that was asked for is the one that is shown
    Object.assign(this, { documentId, collection, span, citation, spot });
    this.panel.hidden = false;
    this.#drawHead();
    try {
      if (this.shown !== `${collection} ${documentId}`) await this.#draw(opening);
      if (span && !citation) this.citation = await this.#quoted(span);
      if (this.opening !== opening) return;
      if (this.citation !== citation) this.#drawHead();
      this.panes.mark(this.#marks());
      this.#checkSpan();
      await this.panes.show(this.#place());
    } catch (error) {
      if (this.opening === opening) this.#drawTrouble(error);
    }
  }

  async #draw(opening) {
    this.panes.close();
    this.shown = null;
    fill(byId("viewer-notice"));
    byId("viewer-text").replaceChildren(make("p", { class: "waiting" }, "Opening the document…"));
    const path = `/v1/documents/${encodeURIComponent(this.documentId)}${query({ collection: this.collection })}`;
    const found = await get(path);
    if (this.opening !== opening) return;
    this.document = found;
    this.shown = `${this.collection} ${this.documentId}`;
    this.#drawHead();
    this.#drawNotice(found);
    this.panes.open(found, this.collection, this.#place().spot);
  }

  /** What a link quotes, as an answer's citation would say it; null when the document has no such span. */
  async #quoted(span) {
    const found = this.document;
    if (span.end > found.characters) return null;
    const path = `/v1/documents/${encodeURIComponent(found.id)}/text${query({ collection: this.collection, ...span })}`;
    const { text, ...place } = await get(path);
    if (found.encoding === null) place.start_line = null; // lines of what was extracted are no lines of the file
    return { ...place, cited_text: text, document_title: found.title, file_name: found.file_name };
  }

  #checkSpan() {
    if (!this.span || this.span.start < this.document.characters) return;
    fill(byId("viewer-notice"), notice("This link points beyond the end of the document; here it is from its start."));
  }

  /** Where the boxes are that are meant: those of the citation, unless a link says that it means another page. */
  #boxes() {
    const boxes = this.citation?.boxes ?? [];
    const { spot } = this;
    if (!spot || boxes.some(([page]) => page === spot.page)) return boxes;
    return spot.box ? [[spot.page, ...spot.box]] : [];
  }

  /** What the panes go to. */
  #place() {
    return { span: this.span, spot: spotOf(this.#boxes()) ?? this.spot };
  }

  /** The span itself and its boxes, and paler those of the other quotations from the same document. */
  #marks() {
    const others = this.citations.filter((citation, at) => at !== this.at && citation.document_id === this.documentId);
    const spans = others.map((citation) => ({ start: citation.start_char_index, end: citation.end_char_index, name: "other" }));
    const boxed = (boxes, name) => (boxes ?? []).map(([page, ...box]) => ({ page, box, name }));
    return {
      spans: [...(this.span ? [{ ...this.span, name: "current" }] : []), ...spans],
      boxes: [...others.flatMap((citation) => boxed(citation.boxes, "other")), ...boxed(this.#boxes(), "current")],
    };
  }

  #drawHead() {
    const known = this.shown === `${this.collection} ${this.documentId}` ? this.document : null;
    const title = this.citation?.document_title ?? known?.title ?? "Document";
    const place = this.citation ? placeOf(this.citation) : known ? facts(known) : "";
    fill(byId("viewer-title"), title);
    fill(byId("viewer-place"), place, this.citation ? sectionOf(this.citation) : null);
    const several = this.citations.length > 1;
    for (const id of ["viewer-previous", "viewer-next", "viewer-count"]) byId(id).hidden = !several;
    byId("viewer-count").textContent = `Source ${this.at + 1} of ${this.citations.length}`;
    byId("viewer-previous").disabled = this.at <= 0;
    byId("viewer-next").disabled = this.at >= this.citations.length - 1;
    byId("viewer-quote").hidden = !this.citation;
    byId("viewer-return").hidden = !this.span && !this.spot;
    const source = sourceOf(this.citation);
    byId("viewer-source").hidden = !source;
    if (source) byId("viewer-source").href = source;
    if (this.at >= 0) announce(`Source ${this.at + 1} of ${this.citations.length}: ${title}, ${place}`);
  }

  #drawNotice(found) {
    if (!found.newer_version) return;
    const path = documentPath(found.newer_version, this.collection);
    const link = make("a", { href: path }, "Open the newer version");
    const words = "A newer version of this file exists. This is the text that was quoted, as it was. ";
    fill(byId("viewer-notice"), notice(words, link));
  }

  #drawTrouble(error) {
    const again = () => this.#open(this.documentId, this.collection, this.span, this.citation, this.spot);
    const gone = error.status === 404 && error.kind === "document-not-found";
    const note = gone
      ? make("p", { class: "quiet" }, "It was removed, or this link was made for another collection.")
      : null;
    byId("viewer-text").replaceChildren(trouble(error, gone ? null : again), note ?? "");
    announce(`The document cannot be shown. ${error.message}`);
  }

  #link() {
    return permanentLink(this.documentId, this.collection, this.span, this.#place().spot);
  }

  #quotation() {
    const { citation } = this;
    return `“${folded(citation.cited_text)}”\n${citation.document_title}. ${placeOf(citation)}.\n${this.#link()}`;
  }
}

/** The page that boxes begin on, and what they cover in the column that they begin in; null where there are none. */
function spotOf(boxes) {
  if (!boxes.length) return null;
  const [page, first, , last] = boxes[0];
  const column = boxes.filter(([other, left, , right]) => other === page && left < last && first < right);
  const all = (at, best) => Number(best(...column.map((box) => box[at])).toFixed(1));
  return { page, box: [all(1, Math.min), all(2, Math.min), all(3, Math.max), all(4, Math.max)] };
}

/** Where a page of the web stands that was quoted, if that is known; nothing but the web's own addresses. */
export function sourceOf(citation) {
  return /^https?:\/\//i.test(citation?.source_url ?? "") ? citation.source_url : null;
}

function facts(found) {
  return [found.path, counted(found.characters, "character"), counted(found.passages, "passage")].join(" · ");
}

function notice(...children) {
  return make("p", { class: "notice", role: "status" }, ...children);
}

