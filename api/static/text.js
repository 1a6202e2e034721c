// The whole text of a document, scrolled like a page: only the stretches near what is seen are fetched and drawn.

import { get, query } from "./client.js";
import { make } from "./elements.js";
import { codePoints, pieces } from "./offsets.js";
import { LENGTH, linesOf, rangeOf, stretchCount } from "./stretches.js";
import { trouble } from "./troubles.js";

const NEAR = 1500; // pixels around what is seen that are drawn ahead
const LINE_HEIGHT = 21;
const LINE_CHARACTERS = 55;

/** A document's text in a scrolling box. `marks` are `{start, end, name}`, drawn wherever they stand. */
export class DocumentText {
  constructor(box, document_, collection) {
    this.box = box;
    this.id = document_.id;
    this.characters = document_.characters;
    this.collection = collection;
    this.marks = [];
    this.controller = new AbortController();
    this.stretches = Array.from({ length: stretchCount(this.characters) }, (_, number) => this.#stretch(number));
    box.replaceChildren(...this.stretches.map((stretch) => stretch.element));
    this.watcher = new IntersectionObserver((seen) => this.#onSeen(seen), { root: box, rootMargin: `${NEAR}px 0px` });
    this.stretches.forEach((stretch) => this.watcher.observe(stretch.element));
  }

  /** Leave: nothing more is fetched. */
  close() {
    this.watcher.disconnect();
    this.controller.abort();
  }

  /** Mark other spans. */
  mark(marks) {
    this.marks = marks;
    for (const stretch of this.stretches) if (stretch.lines) this.#draw(stretch);
  }

  /** Scroll to where a span starts; false when it is not in the text. */
  async show(span) {
    if (span.start >= this.characters) return false;
    const number = Math.floor(span.start / LENGTH);
    const last = Math.min(Math.floor((span.end - 1) / LENGTH), this.stretches.length - 1);
    for (let at = Math.max(0, number - 1); at <= last && at <= number + 1; at += 1) await this.#load(this.stretches[at]);
    const place = this.box.querySelector("mark.current") ?? this.#lineAt(span.start);
    if (!place) return false;
    this.#scrollTo(place);
    return true;
  }

  #scrollTo(place) {
    const above = place.getBoundingClientRect().top - this.box.getBoundingClientRect().top;
    this.box.scrollTop += above - this.box.clientHeight * 0.3;
  }

  #lineAt(point) {
    const lines = this.stretches.flatMap((stretch) => (stretch.element.firstChild ? (stretch.lines ?? []) : []));
    return lines.findLast((line) => line.start <= point)?.element ?? null;
  }

  #stretch(number) {
    const element = make("div", { class: "stretch" });
    const characters = Math.min(LENGTH, this.characters - number * LENGTH);
    element.style.height = `${Math.ceil(characters / LINE_CHARACTERS) * LINE_HEIGHT}px`;
    return { number, element, lines: null, loading: null };
  }

  #onSeen(seen) {
    for (const { target, isIntersecting } of seen) {
      const stretch = this.stretches.find(({ element }) => element === target);
      if (isIntersecting) this.#load(stretch);
      else if (stretch.lines) this.#clear(stretch);
    }
  }

  /** Fetch a stretch, once, and draw it. */
  #load(stretch) {
    if (stretch.lines) {
      if (!stretch.element.firstChild) this.#draw(stretch);
      return Promise.resolve();
    }
    stretch.loading ??= this.#fetch(stretch).finally(() => {
      stretch.loading = null;
    });
    return stretch.loading;
  }

  async #fetch(stretch) {
    const range = rangeOf(stretch.number, this.characters);
    const path = `/v1/documents/${encodeURIComponent(this.id)}/text${query({ collection: this.collection, ...range })}`;
    try {
      const given = await get(path, { signal: this.controller.signal });
      stretch.lines = linesOf(stretch.number, this.characters, given.text, given.start_line);
      this.#draw(stretch);
    } catch (error) {
      if (error.name !== "AbortError") this.#resize(stretch, [trouble(error, () => this.#load(stretch))]);
    }
  }

  #draw(stretch) {
    for (const line of stretch.lines) line.element = this.#row(line);
    this.#resize(stretch, stretch.lines.map((line) => line.element));
  }

  /** What is far away is no longer drawn; the place that it took stays. */
  #clear(stretch) {
    stretch.element.style.height = `${stretch.element.offsetHeight}px`;
    stretch.element.replaceChildren();
  }

  /** Draw, and keep still what is being read when something above it grew. */
  #resize(stretch, children) {
    const top = stretch.element.getBoundingClientRect().top;
    const before = stretch.element.offsetHeight;
    const isAbove = top + before <= this.box.getBoundingClientRect().top + 1;
    stretch.element.style.height = "";
    stretch.element.replaceChildren(...children);
    if (isAbove) this.box.scrollTop += stretch.element.offsetHeight - before;
  }

  #row({ number, start, text }) {
    const end = start + codePoints(text);
    const here = this.marks.filter((mark) => mark.start < end && start < mark.end);
    const spans = here.map(({ name, ...mark }) => ({ start: mark.start - start, end: mark.end - start, name }));
    const parts = here.length ? pieces(text, spans) : [[text, null]];
    const children = parts.map(([part, name]) => (name ? make("mark", { class: name }, part) : part));
    return make("div", { class: "line", "data-line": number }, ...children);
  }
}
