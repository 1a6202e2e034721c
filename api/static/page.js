// The page: which view is shown, and how the parts tell each other what happened.

import { Asking } from "./ask.js";
import { get, watchConnection } from "./client.js";
import { Collections } from "./collections.js";
import { loadLevels } from "./confidence.js";
import { drawConversations } from "./conversation_list.js";
import { DocumentsView } from "./documents.js";
import { announce, byId } from "./elements.js";
import { Generators } from "./generators.js";
import { forgetKey, heldKey } from "./key.js";
import { linked } from "./links.js";
import { hideQuote, watchQuotes } from "./quote.js";
import { listenToKeys } from "./shortcuts.js";
import { Viewer } from "./viewer.js";

const TITLES = { ask: "Ask", documents: "Documents", source: "Source" };
const narrow = matchMedia("(max-width: 899px)");
let opener = null; // what the viewer was opened from, and what gets the focus back

const ready = loadLevels();
const collections = new Collections({ onChange: onCollection });
const viewer = new Viewer({ onClose: leaveViewer });
const documents = new DocumentsView({ onChange: onDocuments });
const generators = new Generators();
const asking = new Asking({ collection: collections.current, generators, openSource, onChange: drawList, ready });

function currentView() {
  if (linked(location)) return "source";
  return location.hash === "#documents" ? "documents" : "ask";
}

function show() {
  const view = currentView();
  hideQuote();
  if (view !== "source") closeViewer();
  document.body.dataset.view = view;
  document.title = `${TITLES[view]} · citespan`;
  byId("ask").hidden = view !== "ask";
  byId("documents").hidden = view !== "documents";
  for (const name of ["ask", "documents"]) {
    if (name === view) byId(`nav-${name}`).setAttribute("aria-current", "page");
    else byId(`nav-${name}`).removeAttribute("aria-current");
  }
  if (view === "ask" && !narrow.matches) asking.focus();
  if (view === "documents") documents.open(collections.current);
  if (view === "source") showLinked();
  arrange();
}

function showLinked() {
  const { documentId, collection, span, spot } = linked(location);
  collections.choose(collection);
  viewer.openDocument(documentId, collection, span, spot);
}

function openSource(citations, at, from, collection) {
  opener = from;
  if (!viewer.isOpen) history.pushState({ viewer: true }, "");
  mark(from);
  viewer.openCitation(citations, at, collection);
  arrange();
  byId("viewer-title").focus({ preventScroll: true });
}

function mark(chip) {
  for (const other of document.querySelectorAll("[data-citation].open")) other.classList.remove("open");
  chip?.classList.add("open");
}

/** The browser's way back closes the viewer too. */
function leaveViewer() {
  if (currentView() === "source") location.assign("/");
  else if (history.state?.viewer) history.back();
  else closeViewer();
}

function closeViewer() {
  if (!viewer.isOpen) return;
  viewer.close();
  arrange();
  mark(null);
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  opener = null;
}

/** Where the viewer covers everything, what is below cannot be reached. */
function arrange() {
  const open = viewer.isOpen;
  document.body.toggleAttribute("data-viewer", open);
  const covered = open && narrow.matches && currentView() !== "source";
  for (const id of ["header", "conversations", "ask", "documents"]) byId(id).inert = covered;
}

function drawList() {
  const open = (conversation) => {
    if (conversation.collection !== collections.current) collections.choose(conversation.collection);
    asking.resume(conversation);
    settle();
  };
  const begin = () => {
    asking.begin(collections.current);
    settle();
    asking.focus();
  };
  drawConversations({ current: asking.conversation.id, open, begin });
}

function settle() {
  byId("conversations").classList.remove("shown");
  byId("conversations-toggle").setAttribute("aria-expanded", "false");
  closeViewer();
  if (currentView() !== "ask") location.hash = "";
  drawList();
}

function onCollection(name) {
  announce(`Collection ${name}`);
  asking.begin(name);
  drawList();
  if (currentView() === "documents") documents.open(name);
}

function onDocuments() {
  collections.load();
  if (!asking.conversation.turns.length && !asking.running) asking.begin(collections.current);
}

/** While the server does not answer, the page says so, and looks again. */
function onConnection(isReached) {
  const banner = byId("offline");
  if (isReached === banner.hidden) return;
  banner.hidden = isReached;
  document.documentElement.toggleAttribute("data-offline", !isReached);
  announce(isReached ? "The server answers again." : "The server does not answer.");
  if (!isReached) setTimeout(tryAgain, 3000);
}

async function tryAgain() {
  if (byId("offline").hidden) return;
  await get("/healthz").catch(() => setTimeout(tryAgain, 3000));
}

function onToggleConversations() {
  const shown = byId("conversations").classList.toggle("shown");
  byId("conversations-toggle").setAttribute("aria-expanded", String(shown));
  if (shown) byId("conversation-new").focus();
}

watchConnection(onConnection);
watchQuotes();
listenToKeys({ viewer, leaveViewer, asking });
addEventListener("hashchange", show);
addEventListener("popstate", () => {
  if (!history.state?.viewer) closeViewer();
});
addEventListener("offline", () => onConnection(false));
addEventListener("online", tryAgain);
narrow.addEventListener("change", arrange);
byId("conversations-toggle").addEventListener("click", onToggleConversations);
byId("key-forget").addEventListener("click", () => {
  forgetKey();
  document.documentElement.removeAttribute("data-key");
  announce("The key was forgotten");
});
document.documentElement.toggleAttribute("data-key", Boolean(heldKey()));
collections.load();
generators.load();
show();
drawList();
