// The documents of a collection: what there is, more of it, less of it.

import { get, query, remove } from "./client.js";
import { announce, button, byId, counted, fill, make, sized } from "./elements.js";
import { JobCard, titleOf } from "./jobs.js";
import { documentPath } from "./links.js";
import { trouble } from "./troubles.js";

const PAGE = 50;
const MOST_FILES = 100; // in one request; the server has limits
const MOST_BYTES = 50e6;

/** The view. `onChange` is told when documents came or went. */
export class DocumentsView {
  constructor({ onChange }) {
    this.onChange = onChange;
    this.collection = null;
    this.offset = 0;
    this.list = byId("document-list");
    byId("document-search").addEventListener("input", () => this.#onSearch());
    byId("page-previous").addEventListener("click", () => this.#turnTo(this.offset - PAGE));
    byId("page-next").addEventListener("click", () => this.#turnTo(this.offset + PAGE));
    byId("file-pick").addEventListener("click", () => byId("files").click());
    byId("files").addEventListener("change", (event) => this.#onFiles(event.target));
    this.#takeDrops(byId("documents"));
  }

  /** Show a collection. */
  open(collection) {
    if (collection !== this.collection) {
      this.collection = collection;
      this.offset = 0;
      byId("document-search").value = "";
      fill(byId("jobs"));
      this.#followOthers();
    }
    return this.load();
  }

  /** Look again what there is. */
  async load() {
    const { collection, offset } = this;
    const search = byId("document-search").value.trim();
    const loading = (this.loading = Symbol(search)); // only the last one that was asked for is shown
    this.list.setAttribute("aria-busy", "true");
    try {
      const found = await get(`/v1/documents${query({ collection, search, limit: PAGE, offset: offset || "" })}`);
      if (this.loading === loading) this.#draw(found, search);
    } catch (error) {
      if (this.loading !== loading) return;
      if (error.kind === "index-missing") this.#draw({ total: 0, offset: 0, documents: [] }, "");
      else this.#drawTrouble(error);
    } finally {
      if (this.loading === loading) this.list.removeAttribute("aria-busy");
    }
  }

  #draw({ total, offset, documents }, search) {
    if (!documents.length && offset > 0) {
      this.#turnTo(Math.max(0, offset - PAGE));
      return;
    }
    byId("document-count").textContent = search ? `${counted(total, "document")} with “${search}”` : counted(total, "document");
    byId("document-tools").hidden = !total && !search;
    byId("paging").hidden = total <= PAGE;
    byId("page-where").textContent = `${(offset + 1).toLocaleString("en")}–${(offset + documents.length).toLocaleString("en")} of ${total.toLocaleString("en")}`;
    byId("page-previous").disabled = offset === 0;
    byId("page-next").disabled = offset + documents.length >= total;
    fill(this.list, documents.map((found) => this.#row(found)));
    const nothing = search ? nothingFound(search) : nothingYet(this.collection);
    fill(byId("documents-none"), documents.length ? null : nothing);
  }

  #drawTrouble(error) {
    fill(this.list);
    byId("paging").hidden = true;
    byId("document-count").textContent = "";
    fill(byId("documents-none"), trouble(error, () => this.load()));
  }

  #row(found) {
    const origin = { upload: "uploaded here", file: "from a folder" }[found.origin];
    const facts = [found.path === found.title ? null : found.path, sized(found.size), counted(found.passages, "passage"), origin];
    const label = `Delete ${found.title}`;
    const deletes = button("Delete", () => this.#confirm(found), { class: "plain danger", "aria-label": label });
    return make(
      "li",
      { class: "document" },
      make("a", { class: "title", href: documentPath(found.id, this.collection) }, found.title),
      make("p", { class: "place" }, facts.filter(Boolean).join(" · ")),
      deletes,
    );
  }

  #turnTo(offset) {
    this.offset = Math.max(0, offset);
    this.load().then(() => {
      announce(byId("page-where").textContent);
      byId("documents").scrollIntoView({ block: "start" });
    });
  }

  #onSearch() {
    clearTimeout(this.searching);
    this.searching = setTimeout(() => {
      this.offset = 0;
      this.load().then(() => announce(byId("document-count").textContent));
    }, 200);
  }

  #onFiles(input) {
    const files = [...input.files];
    input.value = "";
    this.#add(files);
  }

  #takeDrops(area) {
    const shows = (whether) => area.classList.toggle("dropping", whether);
    area.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      shows(true);
    });
    area.addEventListener("dragleave", (event) => {
      if (!area.contains(event.relatedTarget)) shows(false);
    });
    area.addEventListener("drop", (event) => {
      event.preventDefault();
      shows(false);
      this.#add([...event.dataTransfer.files]);
    });
  }

  /** Many files go in several requests, one after the other. */
  async #add(files) {
    for (const batch of batches(files)) {
      const { collection } = this;
      const card = new JobCard(batch.length === 1 ? `Adding ${batch[0].name}` : `Adding ${counted(batch.length, "file")}`);
      byId("jobs").prepend(card.element);
      this.#changed(await card.send(batch, collection));
    }
  }

  #confirm(found) {
    const dialog = byId("delete-dialog");
    byId("delete-name").textContent = found.title;
    dialog.returnValue = "";
    dialog.showModal();
    const decide = () => {
      if (dialog.returnValue === "delete") this.#delete(found);
    };
    dialog.addEventListener("close", decide, { once: true });
  }

  async #delete(found) {
    const { collection } = this;
    const card = new JobCard(`Removing ${found.title}`);
    byId("jobs").prepend(card.element);
    byId("documents-title").focus();
    let job = null;
    try {
      job = await remove(`/v1/documents/${encodeURIComponent(found.id)}${query({ collection })}`);
    } catch (error) {
      card.element.append(trouble(error, () => (card.element.remove(), this.#delete(found))));
      card.bar.hidden = true;
      return;
    }
    const ended = await card.follow(job);
    if (ended?.state === "done") card.element.remove();
    this.#changed(ended);
  }

  /** Work that was begun before the page was opened, or elsewhere. */
  async #followOthers() {
    const { collection } = this;
    try {
      const { jobs } = await get(`/v1/jobs${query({ collection, limit: 50 })}`);
      const running = jobs.filter((job) => isOpen(job) && job.collection === collection);
      if (this.collection !== collection) return;
      for (const job of running) {
        const card = new JobCard(titleOf(job));
        byId("jobs").prepend(card.element);
        card.follow(job).then((ended) => this.#changed(ended));
      }
    } catch {
      // the list itself tells when the server cannot be used
    }
  }

  #changed(ended) {
    if (!ended) return;
    this.load();
    this.onChange();
  }
}

function isOpen(job) {
  return job.state === "queued" || job.state === "running";
}

function batches(files) {
  const found = [];
  let bytes = 0;
  for (const file of files) {
    const last = found.at(-1);
    if (last && last.length < MOST_FILES && bytes + file.size <= MOST_BYTES) {
      last.push(file);
      bytes += file.size;
    } else {
      found.push([file]);
      bytes = file.size;
    }
  }
  return found;
}

function nothingFound(search) {
  return [make("h2", {}, "Nothing found"), make("p", { class: "quiet" }, `No path or title has “${search}”. Whole texts are searched by asking.`)];
}

function nothingYet(collection) {
  return [
    make("h2", {}, "No documents yet"),
    make("p", { class: "quiet" }, `Add PDF, Word, HTML or text files, and the collection “${collection}” can be asked as soon as they are indexed.`),
  ];
}
