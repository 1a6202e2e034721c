// What writes the answers, where whoever runs the service lets people choose.

import { get } from "./client.js";
import { byId, fill, make } from "./elements.js";

const NAME = "citespan.generator";

/** The choice below the question. It is not there where there is only one. */
export class Generators {
  constructor() {
    this.select = byId("generator");
    this.names = [];
    this.usual = null;
    this.select.addEventListener("change", () => remember(this.select.value));
  }

  /** Look which there are. */
  async load() {
    try {
      const { generators } = await get("/v1/generators");
      this.names = generators.map(({ name }) => name);
      this.usual = generators.find(({ usual }) => usual)?.name ?? null;
    } catch {
      this.names = []; // what is wrong is told where answers are wanted
    }
    this.#draw();
  }

  /** The name to ask for; null for the usual one. */
  get chosen() {
    const chosen = this.names.length > 1 ? this.select.value : this.usual;
    return chosen === this.usual ? null : chosen;
  }

  #draw() {
    byId("generator-choice").hidden = this.names.length < 2;
    fill(this.select, this.names.map((name) => make("option", { value: name }, labelOf(name))));
    const before = remembered();
    this.select.value = this.names.includes(before) ? before : this.usual;
  }
}

/** A name as people read it: a model's file without its folders. */
function labelOf(name) {
  if (name === "extractive") return "Quotations only";
  return name.startsWith("gguf:") ? name.slice(5).split(/[\\/]/u).at(-1).replace(/\.gguf$/iu, "") : name;
}

function remembered() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

function remember(name) {
  try {
    localStorage.setItem(NAME, name);
  } catch {
    // it lasts as long as the page
  }
}
