// Asking: the question, the conversation so far, and the answers as they come.

import { Reply } from "./answer.js";
import { ask, get, query } from "./client.js";
import { history, keep, newConversation } from "./conversations.js";
import { announce, byId, counted, fill, make } from "./elements.js";
import { documentPath } from "./links.js";
import { trouble } from "./troubles.js";

/**
 * The view. `generators` says what is to write; `openSource` shows a citation; `onChange` is told when a conversation was kept;
 * `ready` ends when what answers are drawn with is there.
 */
export class Asking {
  constructor({ collection, generators, openSource, onChange, ready }) {
    this.ready = ready;
    this.generators = generators;
    this.openSource = openSource;
    this.onChange = onChange;
    this.thread = byId("thread");
    this.field = byId("question");
    this.running = null;
    byId("composer").addEventListener("submit", (event) => this.#onSubmit(event));
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    this.field.addEventListener("input", () => this.#fit());
    for (const control of [this.field, byId("send")]) control.disabled = false;
    this.begin(collection);
  }

  /** A new conversation. */
  begin(collection) {
    this.#show(newConversation(collection));
    this.#welcome();
  }

  /** One that was kept. */
  async resume(conversation) {
    this.#show(conversation);
    await this.ready;
    if (this.conversation !== conversation) return;
    for (const { question, response } of conversation.turns) {
      const reply = this.#turn(question);
      reply.finish(response, { quietly: true });
    }
    announce(`Conversation with ${counted(conversation.turns.length, "question")}`);
  }

  focus() {
    this.field.focus();
  }

  #show(conversation) {
    this.running?.abort();
    this.conversation = conversation;
    this.thread.replaceChildren();
    byId("welcome").hidden = conversation.turns.length > 0;
    this.#placeholder();
  }

  #placeholder() {
    this.field.placeholder = this.conversation.turns.length ? "Ask a follow-up question" : "Ask a question";
  }

  async #welcome() {
    const { conversation } = this;
    const { collection } = conversation;
    let said;
    try {
      said = library(await get(`/v1/documents${query({ collection, limit: 4 })}`), collection);
    } catch (error) {
      said = error.kind === "index-missing" ? nothingYet(collection) : [trouble(error, () => this.#welcome())];
    }
    if (this.conversation === conversation) fill(byId("library"), said);
  }

  #onSubmit(event) {
    event.preventDefault();
    if (this.running) {
      this.running.abort();
      return;
    }
    const question = this.field.value.trim();
    if (!question) {
      this.field.focus();
      return;
    }
    this.field.value = "";
    this.#fit();
    this.#ask(question);
  }

  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!this.running) byId("composer").requestSubmit();
  }

  #fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
  }

  #turn(question) {
    byId("welcome").hidden = true;
    const reply = new Reply(this.conversation.collection, (citations, at, opener) =>
      this.openSource(citations, at, opener, this.conversation.collection),
    );
    const heading = make("h2", { class: "question", tabindex: "-1" }, question);
    this.thread.append(make("article", { class: "turn" }, heading, reply.element));
    reply.heading = heading;
    return reply;
  }

  async #ask(question, reply = this.#turn(question)) {
    const { conversation } = this;
    const controller = (this.running = new AbortController());
    const again = () => {
      reply.element.parentElement.remove();
      this.#ask(question);
    };
    this.#busy(true);
    reply.heading.scrollIntoView({ block: "start", behavior: "auto" });
    announce("Searching the documents.");
    try {
      const generator = this.generators.chosen;
      const request = { question, collection: conversation.collection, history: history(conversation), generator };
      const response = await this.#hear(reply, request, controller.signal);
      await this.ready;
      reply.finish(response);
      conversation.turns.push({ question, response });
      keep(conversation);
      this.onChange();
    } catch (error) {
      if (error.name === "AbortError") reply.stop(again);
      else reply.fail(error, again);
    } finally {
      if (this.running === controller) {
        this.running = null;
        this.#busy(false);
        this.#placeholder();
      }
    }
  }

  async #hear(reply, request, signal) {
    for await (const { event, data } of ask(request, signal)) {
      if (event === "retrieved") reply.found(data);
      if (event === "sentence") reply.add(data);
      if (event === "done") return data;
    }
    throw new Error("The answer ended before it was whole. Ask again.");
  }

  #busy(whether) {
    byId("send").textContent = whether ? "Stop" : "Ask";
    byId("send").classList.toggle("stopping", whether);
  }
}

function library({ total, documents }, collection) {
  if (!total) return nothingYet(collection);
  const titles = documents.map((document_) =>
    make(
      "li",
      {},
      make(
        "a",
        { href: documentPath(document_.id, collection) },
        document_.title,
        document_.title === document_.path ? null : make("span", { class: "place" }, document_.path),
      ),
    ),
  );
  const more = total > documents.length ? make("li", {}, make("a", { href: "#documents" }, `All ${total.toLocaleString("en")} documents`)) : null;
  return [make("h2", { class: "label" }, `${counted(total, "document")} to ask`), make("ul", { class: "titles" }, ...titles, more)];
}

function nothingYet(collection) {
  return [
    make("h2", {}, "No documents yet"),
    make("p", { class: "quiet" }, `The collection “${collection}” has nothing to answer from.`),
    make("a", { class: "button", href: "#documents" }, "Add documents"),
  ];
}
