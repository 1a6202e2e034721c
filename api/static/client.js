// The service as the page sees it: every request goes through here, and every failure becomes a Problem or Unreachable.

import { events } from "./events.js";
import { heldKey, askForKey } from "./key.js";

/** What the server says is wrong (RFC 9457). */
export class Problem extends Error {
  constructor(status, told, retryAfter) {
    super(told.detail || told.title || `The server answered ${status}.`);
    this.status = status;
    this.title = told.title || "The server did not do this";
    this.kind = (told.type || "").replace("urn:citespan:problem:", "");
    this.retryAfter = retryAfter;
  }
}

/** The server did not answer at all. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer. Is it running, and is this device connected to it?");
    this.title = "No connection";
  }
}

const watchers = new Set();

/** Be told after each request whether the server was reached. */
export function watchConnection(watcher) {
  watchers.add(watcher);
}

function reached(whether) {
  for (const watcher of watchers) watcher(whether);
}

/** GET, as JSON. */
export const get = (path, options = {}) => send(path, options).then((response) => response.json());

/** POST JSON, as JSON. */
export const post = (path, body, options = {}) =>
  send(path, { ...options, ...posted(body) }).then((response) => response.json());

/** DELETE, as JSON. */
export const remove = (path) => send(path, { method: "DELETE" }).then((response) => response.json());

/** A query string of what is given; nothing for what is empty, nor for the collection that is meant anyway. */
export function query(given) {
  const kept = Object.entries(given).filter(
    ([name, value]) => value !== "" && value !== null && value !== undefined && !(name === "collection" && value === "default"),
  );
  return kept.length ? `?${new URLSearchParams(kept)}` : "";
}

/** Ask. The events of the answer as they come: `retrieved`, `sentence` and at last `done` or `error`. */
export async function* ask(question, signal) {
  const given = posted(question);
  given.headers.Accept = "text/event-stream, application/json;q=0.5";
  const response = await send("/v1/ask", { ...given, signal });
  if (!(response.headers.get("Content-Type") || "").startsWith("text/event-stream")) {
    yield { event: "done", data: await response.json() };
    return;
  }
  let ended = false;
  try {
    for await (const { event, data } of events(response.body)) {
      if (event === "error") throw new Problem(data.status, data, null);
      ended = event === "done";
      yield { event, data };
    }
  } catch (error) {
    throw error instanceof TypeError ? unreachable() : error;
  }
  if (!ended) throw unreachable();
}

/** Send files. `progress` is told the share sent, 0 to 1. Gives the job that indexes them. */
export async function upload(files, collection, progress) {
  const tried = heldKey();
  let response = await sendFiles(files, collection, progress);
  if (response.status === 401 && (await hasAnotherKey(tried))) response = await sendFiles(files, collection, progress);
  if (response.status >= 400) throw new Problem(response.status, readable(response.text), null);
  return JSON.parse(response.text);
}

function sendFiles(files, collection, progress) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much was sent
    request.open("POST", `/v1/documents${query({ collection })}`);
    if (heldKey()) request.setRequestHeader("Authorization", `Bearer ${heldKey()}`);
    request.upload.addEventListener("progress", (event) => progress(event.total ? event.loaded / event.total : 0));
    request.addEventListener("load", () => resolve({ status: request.status, text: request.responseText }));
    request.addEventListener("error", () => reject(unreachable()));
    request.send(form);
  });
}

/** A job, told of again and again until it has ended. */
export async function* follow(job) {
  let wait = 150;
  yield job;
  while (job.state === "queued" || job.state === "running") {
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(1500, wait * 1.4);
    job = await get(`/v1/jobs/${encodeURIComponent(job.id)}`);
    yield job;
  }
}

function posted(body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function send(path, options) {
  const tried = heldKey();
  let response = await once(path, options);
  if (response.status === 401 && (await hasAnotherKey(tried))) response = await once(path, options);
  if (response.ok) return response;
  const seconds = Number(response.headers.get("Retry-After")) || null;
  throw new Problem(response.status, readable(await response.text()), seconds);
}

/** Whether there is a key besides the one that was refused: one was given meanwhile, or is now. */
async function hasAnotherKey(tried) {
  return (heldKey() !== null && heldKey() !== tried) || askForKey();
}

async function once(path, options) {
  const headers = new Headers(options.headers);
  if (heldKey()) headers.set("Authorization", `Bearer ${heldKey()}`);
  try {
    const response = await fetch(path, { ...options, headers });
    reached(true);
    return response;
  } catch (error) {
    throw error.name === "AbortError" ? error : unreachable();
  }
}

function unreachable() {
  reached(false);
  return new Unreachable();
}

function readable(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
