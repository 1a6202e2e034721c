// An answer or a refusal, as it grows and when it is whole.

import { confidenceLine, wordFor } from "./confidence.js";
import { announce, button, counted, fill, folded, make } from "./elements.js";
import { feedbackFor } from "./feedback.js";
import { pieces } from "./offsets.js";
import { hideQuote, showsQuote } from "./quote.js";
import { trouble } from "./troubles.js";
import { linesIn, placeOf, sectionOf } from "./viewer.js";
import { isWritten, leftOut, notice, writtenNote } from "./writing.js";

const WHY = {
  nothing_relevant: "No passage came close, so none is shown.",
  not_answered: "Passages come close, but none says it clearly enough to be given as the answer.",
  unsupported: "What could be said was not supported by the passages that were found.",
  no_documents: "Add documents first; then ask again.",
  not_a_question: "Ask about something that the documents might say.",
};

/** One reply. `openSource(citations, at, chip)` is called when a source is asked for. */
export class Reply {
  constructor(collection, openSource) {
    this.collection = collection;
    this.openSource = openSource;
    this.citations = [];
    this.sentences = make("div", { class: "sentences" });
    this.state = make("p", { class: "waiting" }, "Searching the documents…");
    this.element = make("div", { class: "reply", "aria-busy": "true" }, this.sentences, this.state);
  }

  /** What was found to read. When it comes again, all that came before is no longer so. */
  found(retrieved) {
    const { passages } = retrieved;
    this.citations = [];
    this.sentences.replaceChildren();
    fill(this.element, ...askedOtherwise(retrieved), this.sentences, this.state);
    if (retrieved.rewritten) announce(`Understood as: ${retrieved.rewritten}`);
    const documents = new Set(passages.map((passage) => passage.document_id)).size;
    const said = `Reading ${counted(passages.length, "passage")} of ${counted(documents, "document")}…`;
    this.state.textContent = passages.length ? said : "Looking for passages…";
  }

  /** One more sentence; the same number again replaces it. */
  add({ number, sentence, citations }) {
    for (const citation of citations) {
      if (!this.citations.some(({ id }) => id === citation.id)) this.citations.push(citation);
    }
    const drawn = this.#sentence(sentence);
    const old = this.sentences.children[number];
    if (old) old.replaceWith(drawn);
    else this.sentences.append(drawn);
    if (sentence.generated) this.state.textContent = "Writing. Each sentence is checked before it is shown…";
    announce(`${sentence.text} ${sentence.citations.map((id) => `Source ${id}.`).join(" ")}`);
  }

  /** The whole of it. `quietly` when it was said before. */
  finish(response, { quietly = false } = {}) {
    const streamed = this.sentences.childElementCount > 0;
    this.element.removeAttribute("aria-busy");
    this.element.classList.toggle("refused", !response.answered);
    if (response.answered) this.#drawAnswer(response);
    else this.#drawRefusal(response);
    if (!quietly) announce(spoken(response, streamed));
  }

  /** It did not work; `again` asks once more. */
  fail(error, again) {
    this.element.removeAttribute("aria-busy");
    this.state.replaceWith(trouble(error, again));
  }

  /** The person stopped it. */
  stop(again) {
    this.element.removeAttribute("aria-busy");
    fill(this.state, "Stopped. ", button("Ask again", again, { class: "plain" }));
    this.state.classList.remove("waiting");
  }

  #drawAnswer(response) {
    this.citations = response.citations;
    fill(this.sentences, response.sentences.map((sentence) => this.#sentence(sentence)));
    fill(
      this.element,
      ...askedOtherwise(response),
      notice(response),
      this.sentences,
      writtenNote(response),
      make("h3", { class: "label" }, response.citations.length === 1 ? "Source" : "Sources"),
      make("ol", { class: "sources" }, ...response.citations.map((citation, at) => this.#source(citation, at))),
      this.#leftOut(response),
      confidenceLine(response.confidence, { answered: true, written: isWritten(response) }),
      feedbackFor(response),
    );
  }

  #drawRefusal(response) {
    const { reason, message, nearest } = response.refusal;
    this.citations = nearest;
    fill(
      this.element,
      ...askedOtherwise(response),
      make("h3", { class: "no-answer" }, "No answer"),
      make("p", { class: "message" }, message),
      notice(response),
      WHY[reason] ? make("p", { class: "quiet" }, WHY[reason]) : null,
      nearest.length ? make("h3", { class: "label" }, "Nearest passages, which do not answer the question") : null,
      nearest.length ? make("ul", { class: "nearest" }, ...nearest.map((citation, at) => this.#near(citation, at))) : null,
      this.#leftOut(response),
      nearest.length ? confidenceLine(response.confidence, { answered: false }) : null,
      reason === "no_documents" ? null : feedbackFor(response),
    );
  }

  #leftOut(response) {
    return leftOut(response, (citation, label) => this.#opens([citation], 0, label, { class: "source" }));
  }

  #sentence({ text, focus, citations, generated }) {
    const spans = focus.map(([start, end]) => ({ start, end, name: "focus" }));
    const parts = pieces(text, spans).map(([part, name]) => (name ? make("strong", {}, part) : part));
    const places = citations.map((id) => this.citations.findIndex((citation) => citation.id === id));
    const chips = places.filter((at) => at >= 0).map((at) => this.#chip(at));
    return make("p", { class: generated ? "generated" : null }, ...withLastWord(parts, chips.shift()), ...chips.flatMap((chip) => [" ", chip]));
  }

  #chip(at) {
    const citation = this.citations[at];
    const agrees = citation.role === "agrees";
    const label = `Source ${citation.id}${agrees ? ", says the same" : ""}: ${citation.document_title}, ${linesIn(citation)}`;
    const given = { class: agrees ? "chip agrees" : "chip", "aria-label": label };
    return this.#opens(this.citations, at, String(citation.id), given);
  }

  #source(citation, at) {
    const note = citation.role === "agrees" ? make("span", { class: "tag" }, "says the same") : null;
    const label = [
      make("span", { class: "number" }, String(citation.id)),
      make("span", { class: "title" }, citation.document_title, note),
      make("span", { class: "place" }, placeOf(citation), sectionOf(citation)),
      citation.role === "supports" ? make("q", {}, folded(citation.cited_text)) : null,
    ];
    return make("li", {}, this.#opens(this.citations, at, label, { class: "source" }));
  }

  #near(citation, at) {
    const label = [citation.document_title, make("span", { class: "place" }, placeOf(citation))];
    const opener = this.#opens(this.citations, at, label, { class: "source" });
    return make("li", {}, make("blockquote", {}, folded(citation.cited_text)), opener);
  }

  #opens(citations, at, label, given) {
    const citation = citations[at];
    const opener = make("button", { type: "button", ...given, "data-citation": citation.id }, ...[label].flat());
    opener.addEventListener("click", () => {
      hideQuote();
      this.openSource(citations, at, opener);
    });
    if (given.class !== "source") showsQuote(opener, citation, this.collection);
    return opener;
  }
}

/** The first chip stays on the line of the last word. */
function withLastWord(parts, chip) {
  const [, before, word] = /^(.*\s)?(\S+)$/su.exec(parts.at(-1)) ?? [];
  if (typeof parts.at(-1) !== "string" || !word || word.length > 20 || !chip) return chip ? [...parts, " ", chip] : parts;
  return [...parts.slice(0, -1), before ?? "", make("span", { class: "together" }, word, " ", chip)];
}

/** The question as it was understood and searched for, where that differs from what was asked. */
function askedOtherwise({ rewritten, searched_for: searched }) {
  const told = [["Understood as: ", rewritten], ["Searched for: ", searched]].filter(([, question]) => question);
  return told.map(([how, question]) => make("p", { class: "quiet asked-otherwise" }, how, make("em", {}, question)));
}

function spoken(response, streamed) {
  if (!response.answered) return `No answer. ${response.refusal.message}`;
  const text = streamed ? "The answer is complete." : response.sentences.map((sentence) => sentence.text).join(" ");
  const word = wordFor(response.confidence);
  const whose = isWritten(response) ? " A model wrote it." : "";
  return `${text}${whose} ${counted(response.citations.length, "source")}.${word ? ` Confidence: ${word}.` : ""}`;
}
