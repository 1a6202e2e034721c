"""Buttons, and what a press of one says: what was asked, and which source it is about."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from api.slack.text import printable, shorten

__all__ = ["ActionName", "Pressed", "button"]

ActionName = Literal["context", "helpful", "wrong_source", "missing_answer"]

LONGEST_QUESTION = 700
"""Units of the question that a button keeps: with everything escaped twice, a value stays under Slack's 2,000."""
LONGEST_BUTTON = 75


class Pressed(BaseModel):
    """What a button stands for. Slack keeps it with the message, so nothing is kept here."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    question: str
    collection: str
    answer_id: str
    document_id: str | None = None
    start: int | None = None
    end: int | None = None


def button(name: ActionName, label: str, pressed: Pressed) -> dict[str, Any]:
    """A button that says this when it is pressed."""
    kept = pressed.model_copy(update={"question": shorten(printable(pressed.question), LONGEST_QUESTION)})
    return {
        "type": "button",
        "action_id": name,
        "text": {"type": "plain_text", "text": shorten(label, LONGEST_BUTTON), "emoji": False},
        "value": kept.model_dump_json(exclude_none=True),
    }
