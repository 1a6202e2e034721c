// The pages of a PDF as they are printed, scrolled one below the other: only those near what is seen are drawn.

import { query } from "./client.js";
import { make } from "./elements.js";
import { readPdf } from "./pdf.js";
import { Sheet } from "./sheet.js";

const NEAR = "100%"; // of the window of pages, above and below it, that is drawn ahead
const MARGIN = 12;
const SMALLEST = 0.2;
const LARGEST = 6;
const STEP = 1.25;
const READABLE = 0.8; // where a whole page is drawn smaller, a quotation is opened at the width of its column
const AROUND = 24; // points beside it then
const SETTLED = 120; // milliseconds without another change of zoom, then it is drawn anew

/** The pages in a scrolling box. `onMove` is told when another page, or zoom, is seen; `onTrouble` when none can be. */
export class DocumentPages {
  constructor(box, document_, collection, { onMove, onTrouble }) {
    Object.assign(this, { box, onMove, onTrouble, sheets: [], marks: [], spot: null, zoom: 1, fits: true, closed: false });
    this.near = new Set();
    this.path = `/v1/documents/${encodeURIComponent(document_.id)}/file${query({ collection })}`;
    this.watcher = new IntersectionObserver((seen) => this.#onSeen(seen), { root: box, rootMargin: `${NEAR} 0px` });
    this.resizing = new ResizeObserver(() => this.#onResize());
    this.onScroll = () => this.#onScroll();
    box.addEventListener("scroll", this.onScroll, { passive: true });
    box.replaceChildren(make("p", { class: "waiting" }, "Opening the pages…"));
  }

  /** Read the file, and go to the spot that was asked for meanwhile. */
  async open() {
    try {
      this.task = await readPdf(this.path);
      if (this.closed) return void this.task.destroy();
      this.pdf = await this.task.promise;
      await this.#lay();
    } catch (error) {
      if (!this.closed) this.onTrouble(error);
    }
  }

  /** Leave: nothing more is read or drawn, and what was is let go. */
  close() {
    this.closed = true;
    this.watcher.disconnect();
    this.resizing.disconnect();
    this.box.removeEventListener("scroll", this.onScroll);
    for (const sheet of this.near) sheet.clear();
    this.task?.destroy();
    this.box.replaceChildren();
  }

  get count() {
    return this.sheets.length;
  }

  /** The number of the page that is looked at. */
  get current() {
    const line = this.box.scrollTop + this.box.clientHeight * 0.4;
    let [low, high] = [0, this.sheets.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.sheets[middle].element.offsetTop <= line) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** Highlight these: `{page, box: [left, top, right, bottom], name}`. */
  mark(marks) {
    this.marks = marks;
    for (const sheet of this.sheets) {
      const own = marks.filter((mark) => mark.page === sheet.number);
      if (own.length || sheet.marks.length) sheet.mark(own);
    }
  }

  /** Go to a page, and to a box or a height on it: `{page, box, top}`. While the pages are not seen it waits. */
  async show(spot) {
    this.spot = spot;
    if (!this.pdf || !this.count || !this.box.clientWidth) return;
    this.spot = null;
    const sheet = this.sheets[Math.min(spot.page, this.count) - 1];
    await sheet.read(this.pdf);
    if (spot.box && this.fits && this.zoom < READABLE) this.#fitColumn(spot.box);
    const [left, top, right] = spot.box ?? [0, spot.top ?? 0, 0];
    const above = spot.box ? this.box.clientHeight * 0.3 : MARGIN;
    const middle = sheet.element.offsetLeft + ((left + right) / 2) * this.zoom;
    this.box.scrollTo({
      top: sheet.element.offsetTop + top * this.zoom - above,
      left: spot.box ? middle - this.box.clientWidth / 2 : 0,
      behavior: "instant",
    });
  }

  /** Larger by a step, or smaller. */
  zoomBy(steps) {
    this.fits = false;
    this.#setZoom(this.zoom * STEP ** steps);
  }

  /** As wide as the window, from now on. */
  fit() {
    this.fits = true;
    this.#setZoom(this.#fitting());
  }

  async #lay() {
    const first = await this.pdf.getPage(Math.min(this.spot?.page ?? 1, this.pdf.numPages));
    if (this.closed) return;
    const { width, height } = first.getViewport({ scale: 1 / first.userUnit });
    const on = { onSize: (sheet, change) => this.#keepStill(sheet, change), onFollow: (target) => this.#follow(target).catch(() => null) };
    const { numPages: count } = this.pdf;
    this.sheets = Array.from({ length: count }, (_, at) => new Sheet(at + 1, count, { width, height }, on));
    this.bySheet = new Map(this.sheets.map((sheet) => [sheet.element, sheet]));
    this.box.replaceChildren(...this.sheets.map((sheet) => sheet.element));
    this.mark(this.marks);
    this.#setZoom(this.#fitting());
    if (this.spot) await this.show(this.spot);
    for (const sheet of this.sheets) this.watcher.observe(sheet.element);
    this.resizing.observe(this.box);
    this.onMove();
  }

  #fitColumn([left, , right]) {
    const zoom = Math.min(1.2, this.box.clientWidth / (right - left + 2 * AROUND));
    if (zoom <= this.zoom) return;
    this.fits = false;
    this.#setZoom(zoom);
  }

  /** The zoom at which the page that is looked at is as wide as there is room. */
  #fitting() {
    const sheet = this.sheets[this.spot ? Math.min(this.spot.page, this.count) - 1 : this.current - 1];
    const room = this.box.clientWidth - 2 * MARGIN;
    return room > 0 ? room / sheet.size.width : this.zoom;
  }

  #setZoom(zoom) {
    const kept = Math.min(LARGEST, Math.max(SMALLEST, zoom));
    const middle = this.box.scrollTop + this.box.clientHeight / 2;
    const sheet = this.sheets[this.current - 1];
    const share = (middle - sheet.element.offsetTop) / (sheet.size.height * this.zoom);
    this.zoom = kept;
    this.box.style.setProperty("--zoom", kept);
    this.box.scrollTop = sheet.element.offsetTop + share * sheet.size.height * kept - this.box.clientHeight / 2;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.near.forEach((one) => this.#draw(one)), SETTLED);
    this.onMove();
  }

  /** Go where a link within the document leads; fails where that is nowhere. */
  async #follow(target) {
    const found = typeof target === "string" ? await this.pdf.getDestination(target) : target;
    if (!Array.isArray(found)) return;
    const [where, kind, ...numbers] = found;
    const index = Number.isInteger(where) ? where : await this.pdf.getPageIndex(where);
    const page = await this.pdf.getPage(index + 1);
    const height = { XYZ: numbers[1], FitH: numbers[0], FitBH: numbers[0], FitR: numbers[3] }[kind?.name] ?? null;
    const viewport = page.getViewport({ scale: 1 / page.userUnit });
    const top = height === null ? 0 : viewport.convertToViewportPoint(0, height)[1];
    this.show({ page: index + 1, box: null, top });
  }

  #onSeen(seen) {
    for (const { target, isIntersecting } of seen) {
      const sheet = this.bySheet.get(target);
      if (isIntersecting) {
        this.near.add(sheet);
        this.#draw(sheet);
      } else if (this.near.delete(sheet)) {
        sheet.clear();
      }
    }
  }

  #draw(sheet) {
    if (this.closed) return;
    sheet.draw(this.pdf, this.zoom).catch((error) => {
      if (!this.closed) sheet.element.replaceChildren(make("p", { class: "waiting" }, `This page cannot be drawn. ${error.message}`));
    });
  }

  /** Change the size of a page, and keep still what is being read when that is below it. */
  #keepStill(sheet, change) {
    const { element } = sheet;
    const before = element.offsetHeight;
    const isAbove = element.offsetTop + before <= this.box.scrollTop + 1;
    change();
    if (isAbove) this.box.scrollTop += element.offsetHeight - before;
  }

  #onResize() {
    if (!this.box.clientWidth) return;
    if (this.fits && Math.abs(this.#fitting() - this.zoom) > 0.001) this.#setZoom(this.#fitting());
    if (this.spot) this.show(this.spot);
  }

  #onScroll() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      if (!this.closed && this.count) this.onMove();
    });
  }
}
