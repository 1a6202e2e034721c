// What a confidence has meant, in words: how many answers of that level were right when it was measured.

import { make } from "./elements.js";

let measured = null;

/** Fetch the shares that were measured; the page works without them. */
export async function loadLevels() {
  try {
    measured = await (await fetch("/static/confidence.json")).json();
  } catch {
    measured = null;
  }
}

function levelOf(confidence) {
  return measured?.levels.findLast((level) => confidence >= level.from) ?? null;
}

/** The word for a confidence: high, good, fair, low, very low. */
export function wordFor(confidence) {
  return levelOf(confidence)?.word ?? null;
}

/** A line that says how sure the service is, with what that means to open below it. */
export function confidenceLine(confidence, { answered, written = false }) {
  const level = levelOf(confidence);
  if (!level) return null;
  const share = `${level.right} of ${level.cases}`;
  const short = answered
    ? [make("strong", {}, `${capital(level.word)} confidence`), ` · ${share} test answers at this level were right`]
    : [`Had it answered anyway: ${share} such answers were right when measured`];
  return make(
    "details",
    { class: "confidence", "data-level": level.word.replace(" ", "-") },
    make("summary", {}, answered ? make("span", { class: "meter" }) : null, make("span", {}, ...short)),
    make("p", {}, ...meaning(level), written ? " They were quotations; this answer is a model’s words on the same passages." : null),
  );
}

function meaning(level) {
  return [
    `Of ${measured.cases} test questions on ${measured.documents} papers, ${measured.unanswerable} of which those papers ` +
      `do not answer, ${level.cases} came out at this level. ${level.right} of those answers (${percent(level.share)}; ` +
      `95 % interval ${percent(level.low)} to ${percent(level.high)}) quoted the right evidence. ` +
      "Your documents may differ: read the quotation.",
  ];
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}
