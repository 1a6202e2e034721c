// The list of conversations that this browser has kept.

import { conversations, forget, forgetAll } from "./conversations.js";
import { announce, button, byId, fill, make } from "./elements.js";

/** Draw it. `open` is told which one to go on with, `begin` that a new one is wanted. */
export function drawConversations({ current, open, begin }) {
  const again = () => drawConversations({ current, open, begin });
  const all = conversations();
  byId("conversations-clear").hidden = all.length === 0;
  byId("conversations-none").hidden = all.length > 0;
  fill(byId("conversation-list"), all.map((one) => entry(one)));
  byId("conversation-new").onclick = begin;
  byId("conversations-clear").onclick = () => confirmClearing();

  function entry(one) {
    const title = one.turns[0]?.question ?? "Untitled";
    const isCurrent = one.id === current;
    const opens = button(title, () => open(one), { class: "conversation", "aria-current": isCurrent ? "true" : null });
    const drops = () => {
      forget(one.id);
      if (isCurrent) begin();
      else again();
      announce("The conversation was removed");
      byId("conversation-new").focus();
    };
    return make("li", {}, opens, button("×", drops, { class: "drop", "aria-label": `Remove the conversation: ${title}` }));
  }

  function confirmClearing() {
    const dialog = byId("clear-dialog");
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "clear") return;
        forgetAll();
        begin();
        announce("All conversations were removed");
        byId("conversation-new").focus();
      },
      { once: true },
    );
  }
}
