// Which collection of documents is asked.

import { get } from "./client.js";
import { byId, fill, make } from "./elements.js";

const NAME = "citespan.collection";
const NEW = "\u0000new";

/** The switch in the header. `onChange` is told when another collection is chosen. */
export class Collections {
  constructor({ onChange }) {
    this.select = byId("collection");
    this.onChange = onChange;
    this.names = [];
    this.current = remembered();
    this.select.addEventListener("change", () => this.#onSelect());
    this.#draw();
  }

  /** Look again which there are. */
  async load() {
    try {
      const { collections } = await get("/v1/collections");
      this.names = collections.map((collection) => collection.name);
    } catch {
      // what is wrong is told where documents or answers are wanted
    }
    this.#draw();
  }

  /** Use another one; it may have no documents yet. */
  choose(name) {
    if (name !== this.current) {
      this.current = name;
      remember(name);
      this.onChange(name);
    }
    this.#draw();
  }

  #draw() {
    const names = [...new Set(["default", this.current, ...this.names])].sort();
    fill(
      this.select,
      names.map((name) => make("option", { value: name, selected: name === this.current }, name)),
      make("option", { value: NEW }, "New collection…"),
    );
    this.select.value = this.current;
  }

  #onSelect() {
    if (this.select.value === NEW) {
      this.select.value = this.current;
      this.#name();
    } else this.choose(this.select.value);
  }

  #name() {
    const dialog = byId("collection-dialog");
    byId("collection-name").value = "";
    dialog.returnValue = "";
    dialog.showModal();
    const take = () => {
      const name = byId("collection-name").value.trim();
      if (dialog.returnValue !== "create" || !name) return;
      this.choose(name);
      location.hash = "#documents";
    };
    dialog.addEventListener("close", take, { once: true });
  }
}

function remembered() {
  try {
    return localStorage.getItem(NAME) || "default";
  } catch {
    return "default";
  }
}

function remember(name) {
  try {
    localStorage.setItem(NAME, name);
  } catch {
    // it lasts as long as the page
  }
}
