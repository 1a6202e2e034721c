// Work that the server does in the background: a card for each upload, deletion and re-indexing.

import { follow, upload } from "./client.js";
import { announce, button, counted, fill, make, sized } from "./elements.js";
import { trouble } from "./troubles.js";

const TITLES = { upload: "Adding documents", delete: "Removing a document", reindex: "Indexing again" };
const STATES = { queued: "Waiting for its turn", running: "Being indexed", done: "Done", failed: "Failed" };
const FILES = { added: "added", changed: "changed", unchanged: "known already", skipped: "skipped", removed: "removed" };

/** A card that tells how a job goes; `element` is put where it is wanted. */
export class JobCard {
  constructor(title) {
    this.title = make("h3", {}, title);
    this.state = make("p", { class: "state" });
    this.bar = make("progress", { max: "1", "aria-label": title });
    this.details = make("div", { class: "files" });
    this.element = make("li", { class: "job" }, this.title, this.state, this.bar, this.details);
  }

  /** Send files and follow what becomes of them; gives the job as it ended, or null. */
  async send(files, collection) {
    const bytes = [...files].reduce((total, file) => total + file.size, 0);
    const sent = (share) => this.#show(`Sending ${sized(Math.round(bytes * share))} of ${sized(bytes)}`, share);
    sent(0);
    announce(`Sending ${counted(files.length, "file")}`);
    try {
      return await this.follow(await upload(files, collection, sent));
    } catch (error) {
      return this.#fail(error, () => this.send(files, collection));
    }
  }

  /** Follow a job to its end. */
  async follow(job) {
    try {
      for await (const now of follow(job)) {
        job = now;
        this.#draw(job);
      }
      announce(`${this.title.textContent}: ${this.state.textContent}`);
      return job;
    } catch (error) {
      return this.#fail(error, () => this.follow(job));
    }
  }

  #draw(job) {
    const { done_bytes: done, total_bytes: total } = job.progress;
    const share = job.state === "done" ? 1 : total ? done / total : null;
    this.#show(summary(job), share);
    this.element.dataset.state = job.state;
    this.bar.hidden = job.state === "done" || job.state === "failed";
    if (this.bar.hidden) this.#finish(job);
  }

  #show(said, share) {
    this.state.textContent = said;
    this.bar.hidden = false;
    if (share === null) this.bar.removeAttribute("value");
    else this.bar.value = share;
  }

  #finish(job) {
    const told = job.files.filter((file) => file.state === "skipped" || file.message);
    const rows = told.slice(0, 20).map((file) => make("li", {}, becameOf(file)));
    if (told.length > 20) rows.push(make("li", {}, `and ${told.length - 20} more`));
    fill(this.details, rows.length ? make("ul", {}, ...rows) : null, this.#dismissal());
  }

  #fail(error, again) {
    this.bar.hidden = true;
    this.state.textContent = STATES.failed;
    this.element.dataset.state = "failed";
    const retry = () => {
      fill(this.details);
      delete this.element.dataset.state;
      again();
    };
    fill(this.details, trouble(error, retry), this.#dismissal());
    return null;
  }

  #dismissal() {
    return button("Dismiss", () => this.element.remove(), { class: "plain dismiss" });
  }
}

/** What became of a file, in a sentence that names it. */
function becameOf({ name, state, message }) {
  const said = message || FILES[state] || state;
  return said.includes(name) ? said : `${name}: ${said}`;
}

/** What a job is called. */
export function titleOf(job) {
  return job.kind === "upload" ? `Adding ${job.files.length === 1 ? job.files[0].name : counted(job.files.length, "file")}` : TITLES[job.kind];
}

function summary(job) {
  if (job.state !== "done") return job.message || STATES[job.state];
  const counts = new Map();
  for (const { state } of job.files) counts.set(state, (counts.get(state) ?? 0) + 1);
  const said = [...counts].filter(([state]) => FILES[state]).map(([state, count]) => `${count} ${FILES[state]}`);
  return said.join(" · ") || STATES.done;
}
