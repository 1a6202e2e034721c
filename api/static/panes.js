// What the viewer shows of a document: its pages as they are printed, its text, or where there is room both.

import { announce, byId, fill, make } from "./elements.js";
import { DocumentPages } from "./pages.js";
import { NoPdfJs } from "./pdf.js";
import { DocumentText } from "./text.js";

const ROOM_FOR_BOTH = 960; // pixels
const VIEWS = ["page", "text", "both"];

/** The part of the viewer below its head. */
export class Panes {
  constructor() {
    this.element = byId("viewer-panes");
    this.wanted = null; // the view that was chosen; null: what there is room for
    this.text = this.pages = this.place = null;
    for (const view of VIEWS) byId(`view-${view}`).addEventListener("click", () => this.#choose(view));
    byId("sheet-smaller").addEventListener("click", () => this.pages?.zoomBy(-1));
    byId("sheet-larger").addEventListener("click", () => this.pages?.zoomBy(1));
    byId("sheet-fit").addEventListener("click", () => this.pages?.fit());
    byId("sheet-number").addEventListener("change", (event) => this.#goTo(event.target.value));
    new ResizeObserver(() => this.#arrange()).observe(this.element);
  }

  /** Open a document. `spot`, `{page, box}`, is where its pages will be looked at first. */
  open(document_, collection, spot) {
    this.close();
    this.text = new DocumentText(byId("viewer-text"), document_, collection);
    byId("viewer-text").classList.toggle("unnumbered", document_.encoding === null); // lines of a file, or none
    if (document_.media_type === "application/pdf") this.#openPages(document_, collection, spot);
    this.#arrange();
  }

  /** Put everything away. */
  close() {
    this.text?.close();
    this.pages?.close();
    this.text = this.pages = this.place = null;
    fill(byId("pages-notice"));
    this.#arrange();
  }

  /** Mark `spans` of the text, `{start, end, name}`, and `boxes` on the pages, `{page, box, name}`. */
  mark({ spans, boxes }) {
    this.text.mark(spans);
    this.pages?.mark(boxes);
  }

  /** Go to where something stands: its `span` in the text, its `spot` on the pages. Either may be null. */
  async show(place) {
    this.place = place;
    this.textIsThere = false;
    if (place.spot) this.pages?.show(place.spot);
    await this.#showText();
  }

  async #showText() {
    if (!this.place?.span || this.textIsThere || byId("viewer-text").hidden) return;
    this.textIsThere = true;
    await this.text.show(this.place.span);
  }

  #openPages(document_, collection, spot) {
    if (!document_.file_available) {
      this.#tell("The PDF is no longer where it was indexed, or was changed since. This is its text, as it was read then.");
      return;
    }
    const onTrouble = (error) => {
      this.pages.close();
      this.pages = null;
      const why = error instanceof NoPdfJs ? "citespan was installed without pdf.js, which draws them" : error.message.replace(/\.$/, "");
      this.#tell(`The pages cannot be shown: ${why}. This is the text of the document.`);
      this.#arrange();
      this.#showText();
    };
    this.pages = new DocumentPages(byId("viewer-pages"), document_, collection, { onMove: () => this.#onMove(), onTrouble });
    this.pages.spot = spot;
    this.pages.open();
  }

  #tell(words) {
    fill(byId("pages-notice"), make("p", { class: "notice", role: "status" }, words));
    announce(words);
  }

  #choose(view) {
    this.wanted = view;
    this.#arrange();
  }

  #arrange() {
    const room = this.element.clientWidth >= ROOM_FOR_BOTH;
    const usual = room ? "both" : "page";
    const view = this.pages ? (this.wanted === "both" && !room ? "page" : (this.wanted ?? usual)) : "text";
    this.element.dataset.view = view;
    byId("pane-bar").hidden = !this.pages;
    byId("page-tools").hidden = view === "text";
    byId("view-both").hidden = !room;
    for (const one of VIEWS) byId(`view-${one}`).setAttribute("aria-pressed", String(one === view));
    byId("viewer-pages").hidden = view === "text";
    byId("viewer-text").hidden = view === "page";
    this.#showText();
  }

  #onMove() {
    const { current, count, zoom } = this.pages;
    const field = byId("sheet-number");
    if (document.activeElement !== field) field.value = current;
    byId("sheet-count").textContent = `of ${count.toLocaleString("en")}`;
    byId("sheet-zoom").textContent = `${Math.round(zoom * 100)} %`;
  }

  #goTo(text) {
    const page = Number.parseInt(text, 10);
    if (this.pages && page >= 1) this.pages.show({ page: Math.min(page, this.pages.count), box: null });
    else if (this.pages) this.#onMove();
  }
}
