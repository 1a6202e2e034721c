// "Helpful", "wrong source", "something is missing": told to whoever looks after the documents.

import { post } from "./client.js";
import { announce, button, fill, make } from "./elements.js";
import { linesIn } from "./viewer.js";

/** The buttons below an answer or a refusal. */
export function feedbackFor(response) {
  const box = make("div", { class: "feedback", role: "group", "aria-label": "Was this right?" });
  const verdicts = response.answered
    ? [["Helpful", "helpful"], ["Wrong source", "wrong_source"], ["Something is missing", "missing_answer"]]
    : [["Rightly refused", "helpful"], ["The documents do answer this", "missing_answer"]];
  const offer = () =>
    fill(
      box,
      verdicts.map(([label, verdict]) =>
        button(label, () => (verdict === "helpful" ? send({}, verdict) : fill(box, form(verdict))), { class: "plain" }),
      ),
    );

  async function send(more, verdict) {
    const about = { question: response.question, collection: response.index.collection, answer_id: response.id };
    try {
      await post("/v1/feedback", { verdict, ...about, ...more });
      fill(box, make("p", { class: "quiet" }, "Thank you. It was noted."));
      announce("Thank you. It was noted.");
    } catch (error) {
      fill(box, make("p", { class: "quiet", role: "alert" }, `It was not noted: ${error.message}`), retry(offer));
    }
  }

  function form(verdict) {
    const comment = make("textarea", { rows: "2", maxlength: "2000", name: "comment" });
    const wrong = verdict === "wrong_source";
    const choice = wrong && response.citations.length > 1 ? sources(response.citations) : null;
    const label = wrong ? "What is wrong with it? (optional)" : "What should the answer say, and where does it stand?";
    return make(
      "form",
      {
        class: "feedback-form",
        on: {
          submit: (event) => {
            event.preventDefault();
            send(told(comment.value, wrong ? response.citations[Number(choice?.value ?? 0)] : null), verdict);
          },
        },
      },
      choice ? make("label", {}, "Which source? ", choice) : null,
      make("label", {}, label, comment),
      make("div", { class: "actions" }, make("button", { class: "button" }, "Send"), retry(offer, "Cancel")),
    );
  }

  offer();
  return box;
}

function retry(does, label = "Back") {
  return button(label, does, { class: "plain" });
}

function sources(citations) {
  const options = citations.map((citation, at) =>
    make("option", { value: at }, `${citation.id} · ${citation.document_title}, ${linesIn(citation)}`),
  );
  return make("select", {}, ...options);
}

function told(comment, citation) {
  const said = comment.trim() ? { comment: comment.trim() } : {};
  if (!citation) return said;
  const { document_id, start_char_index, end_char_index } = citation;
  return { ...said, citation: { document_id, start_char_index, end_char_index } };
}
