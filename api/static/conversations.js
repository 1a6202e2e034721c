// Conversations, kept in this browser and nowhere else.

const NAME = "citespan.conversations";
const MOST = 50;
const MOST_TURNS = 6;
const LONGEST_TURN = 20_000;
let memory = null; // where storage is switched off, they last as long as the page

/** All of them, newest first: `{id, collection, turns: [{question, response}]}`. */
export function conversations() {
  if (memory) return memory;
  try {
    const found = JSON.parse(localStorage.getItem(NAME) || "[]");
    return Array.isArray(found) ? found.filter((one) => one && one.id && Array.isArray(one.turns)) : [];
  } catch {
    return [];
  }
}

/** A new one, not kept until it has a turn. */
export function newConversation(collection) {
  return { id: `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`, collection, turns: [] };
}

/** Keep it, as the newest. */
export function keep(conversation) {
  write([conversation, ...conversations().filter((one) => one.id !== conversation.id)].slice(0, MOST));
}

/** Forget one. */
export function forget(id) {
  write(conversations().filter((one) => one.id !== id));
}

/** Forget all. */
export function forgetAll() {
  write([]);
}

/** What was asked and answered last, as the service wants it: answers without the markers of their sources. */
export function history(conversation) {
  return conversation.turns.slice(-MOST_TURNS).flatMap(({ question, response }) => [
    { role: "user", content: question },
    { role: "assistant", content: said(response).slice(0, LONGEST_TURN) },
  ]);
}

function said({ sentences, refusal }) {
  return sentences?.length ? sentences.map(({ text }) => text).join(" ") : (refusal?.message ?? "");
}

function write(all) {
  if (memory) {
    memory = all;
    return;
  }
  for (let kept = all; ; kept = kept.slice(0, -1)) {
    try {
      localStorage.setItem(NAME, JSON.stringify(kept));
      return;
    } catch {
      if (kept.length) continue; // full: the oldest goes
      memory = all;
      return;
    }
  }
}
