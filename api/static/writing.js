// What is said of an answer that a model wrote: whose words they are, why they are not shown, and what was left out.

import { counted, folded, make } from "./elements.js";
import { placeOf } from "./viewer.js";

const WHY_LEFT_OUT = {
  no_quote: "It quotes nothing.",
  not_in_passages: "What it quotes stands in none of the passages.",
  near_miss: "What it quotes is not quite what the passage says.",
  contradicted: "Its source says otherwise.",
  not_supported: "Its source does not say that.",
  beside_the_question: "It does not answer the question as well as others do.",
  repeated: "It was said already.",
};

const QUOTES = new Set(["not_in_passages", "near_miss"]); // what is told of these in detail is what they quote

/** Whether any sentence is a model's. */
export function isWritten({ sentences }) {
  return sentences.some((sentence) => sentence.generated);
}

/** The mark of a model's words, with what it means to open below it; null where the words are the documents' own. */
export function writtenNote(response) {
  if (!isWritten(response)) return null;
  const { name, model } = response.generator;
  return make(
    "details",
    { class: "written" },
    make("summary", {}, "Written by ", make("strong", {}, model ?? name), ", each sentence checked against its sources"),
    make(
      "p",
      {},
      "These sentences are a model’s words, not quotations. Each is shown because a program found that what it cites " +
        "supports it; such a check can be wrong. The numbers lead to the documents’ own words, to the character.",
    ),
  );
}

/** Why these are not a model's words although it was to write, or not all of them; null where nothing went amiss. */
export function notice({ generator }) {
  return generator?.message ? make("p", { class: "notice" }, generator.message) : null;
}

/** The claims that are not shown, closed until somebody wants them; `opens` makes a button that leads to a citation. */
export function leftOut({ dropped }, opens) {
  if (!dropped?.length) return null;
  return make(
    "details",
    { class: "left-out" },
    make("summary", {}, `${counted(dropped.length, "claim")} ${dropped.length === 1 ? "was" : "were"} left out`),
    make("p", { class: "quiet" }, "The model also said this, and it was not accepted. Do not rely on it."),
    make("ul", {}, ...dropped.map((claim) => leftOutClaim(claim, opens))),
  );
}

function leftOutClaim({ reason, text, detail, nearest }, opens) {
  const why = WHY_LEFT_OUT[reason] ?? "It could not be verified.";
  return make(
    "li",
    {},
    make("p", { class: "claim" }, text),
    make("p", { class: "quiet" }, why, " ", QUOTES.has(reason) && detail ? make("q", {}, detail) : detail),
    nearest ? make("p", { class: "quiet" }, "Closest: ", make("q", {}, folded(nearest.cited_text))) : null,
    nearest ? opens(nearest, placeOf(nearest)) : null,
  );
}
