// One page of a PDF: a place of its size, and while it is near what is seen its picture, text, links and highlights.

import { button, make } from "./elements.js";
import { pdfjs } from "./pdf.js";

const MOST_PIXELS = 2 ** 24; // of a picture; what is larger is drawn coarser
const LINKS = new Set(["http:", "https:", "mailto:"]);

/**
 * A page by number. `size` is what it is taken to have, in points, until it is read; `onSize` is told when it differs,
 * `onFollow` which link within the document was followed.
 */
export class Sheet {
  constructor(number, count, size, { onSize, onFollow }) {
    Object.assign(this, { number, onSize, onFollow });
    this.marks = [];
    this.layer = make("div", { class: "sheet-marks", "aria-hidden": "true" });
    this.element = make("div", { class: "sheet", role: "group", "aria-label": `Page ${number} of ${count}`, "data-page": number });
    this.#resize(size);
  }

  /** Read its size. Gives pdf.js's page. */
  async read(pdf) {
    const page = await pdf.getPage(this.number);
    const { width, height } = page.getViewport({ scale: 1 / page.userUnit });
    if (width !== this.size.width || height !== this.size.height) this.onSize(this, () => this.#resize({ width, height }));
    return page;
  }

  /** Draw it, where it is not drawn so already. `zoom` is CSS pixels to a point. */
  async draw(pdf, zoom) {
    if (this.zoom === zoom) return;
    this.task?.cancel();
    this.zoom = zoom;
    const drawing = (this.drawing = Symbol("drawing")); // what is still wanted when it is done
    try {
      const page = await this.read(pdf);
      if (this.drawing !== drawing) return;
      const viewport = page.getViewport({ scale: zoom / page.userUnit });
      const canvas = canvasFor(viewport);
      const ratio = canvas.width / viewport.width;
      this.task = page.render({ canvas, viewport, transform: [ratio, 0, 0, ratio, 0, 0] });
      if (!this.canvas) this.element.replaceChildren(canvas, this.layer);
      await this.task.promise;
      if (this.drawing !== drawing) return;
      this.#put(canvas);
      if (!this.text) await this.#addText(page, viewport);
    } catch (error) {
      if (error.name !== "RenderingCancelledException" && error.name !== "AbortException") throw error;
    }
  }

  /** What is far away keeps its place only. */
  clear() {
    this.task?.cancel();
    this.text?.cancel();
    if (this.canvas) this.canvas.width = this.canvas.height = 0; // gives its memory back at once
    this.element.replaceChildren();
    this.task = this.text = this.canvas = this.zoom = this.drawing = null;
  }

  /** Highlight these: `{box: [left, top, right, bottom], name}` in points. */
  mark(marks) {
    this.marks = marks;
    this.#drawMarks();
  }

  #resize(size) {
    this.size = size;
    this.element.style.setProperty("--width", size.width);
    this.element.style.setProperty("--height", size.height);
    this.#drawMarks();
  }

  #drawMarks() {
    const { width, height } = this.size;
    const shown = this.marks.map(({ box: [left, top, right, bottom], name }) => {
      const mark = make("div", { class: `sheet-mark ${name}` });
      Object.assign(mark.style, placed([left / width, top / height, right / width, bottom / height]));
      return mark;
    });
    this.layer.replaceChildren(...shown);
  }

  /** The new picture takes the place of the old one when it is done: until then that is seen, stretched. */
  #put(canvas) {
    if (this.canvas && this.canvas !== canvas) {
      this.canvas.replaceWith(canvas);
      this.canvas.width = this.canvas.height = 0;
    }
    this.canvas = canvas;
    canvas.dataset.done = "";
  }

  async #addText(page, viewport) {
    const { TextLayer } = await pdfjs();
    const container = make("div", { class: "sheet-text" });
    const textContentSource = page.streamTextContent({ includeMarkedContent: true, disableNormalization: true });
    const text = (this.text = new TextLayer({ textContentSource, container, viewport }));
    await text.render();
    const links = (await page.getAnnotations({ intent: "display" })).filter(({ subtype }) => subtype === "Link");
    if (this.text !== text) return;
    this.element.append(container, ...links.map((link) => this.#link(link, viewport)).filter(Boolean));
  }

  /** A link to where links may lead: the web, a mail, this document. What else a PDF would have done is not done. */
  #link({ url, dest, rect }, viewport) {
    const given = { class: "sheet-link" };
    let link = null;
    if (url && LINKS.has(protocolOf(url))) {
      link = make("a", { ...given, href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": url, title: url });
    } else if (dest && !url) {
      link = button("", () => this.onFollow(dest), { ...given, "aria-label": "Go to where this leads" });
    } else {
      return null;
    }
    const [x0, y0] = viewport.convertToViewportPoint(rect[0], rect[1]);
    const [x1, y1] = viewport.convertToViewportPoint(rect[2], rect[3]);
    const across = [x0 / viewport.width, x1 / viewport.width].sort((one, other) => one - other);
    const down = [y0 / viewport.height, y1 / viewport.height].sort((one, other) => one - other);
    Object.assign(link.style, placed([across[0], down[0], across[1], down[1]]));
    return link;
  }
}

function canvasFor({ width, height }) {
  const ratio = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (width * height)));
  return make("canvas", { "aria-hidden": "true", width: Math.floor(width * ratio), height: Math.floor(height * ratio) });
}

function protocolOf(url) {
  try {
    return new URL(url).protocol;
  } catch {
    return null;
  }
}

/** Shares of the page as a place on it, which is right at every zoom. */
function placed([left, top, right, bottom]) {
  const percent = (share) => `${(share * 100).toFixed(3)}%`;
  return { left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top) };
}
