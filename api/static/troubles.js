// What is shown when something did not work: what happened and what can be done, never a code alone.

import { button, make } from "./elements.js";

const ADVICE = {
  403: "The key that is in use may not do this. Use another one.",
  413: "Send fewer or smaller files.",
  429: "Too many requests in a short time.",
  503: "The server is busy or not ready.",
};

/** A notice of an error; `again` tries once more. */
export function trouble(error, again = null) {
  const advice = ADVICE[error.status];
  const retry = again ? button("Try again", again, { class: "button" }) : null;
  if (retry && error.retryAfter) wait(retry, error.retryAfter);
  return make(
    "div",
    { class: "trouble", role: "alert" },
    make("h3", {}, error.title || "Something went wrong on this page"),
    make("p", {}, error.message),
    advice ? make("p", { class: "quiet" }, advice) : null,
    retry,
  );
}

function wait(retry, seconds) {
  retry.disabled = true;
  const tick = (left) => {
    retry.textContent = left ? `Try again in ${left} s` : "Try again";
    retry.disabled = left > 0;
    if (left) setTimeout(tick, 1000, left - 1);
  };
  tick(Math.min(seconds, 60));
}
