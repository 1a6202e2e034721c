"""What is said where the documents do not answer: why, what they lack, and what came closest."""

from assistant.citing import cite_nearest
from assistant.finding import Found
from assistant.models import Answer, Refusal, RefusalReason
from assistant.questioning import asked_words
from index.reading import Snapshot
from index.tokenizing import terms

__all__ = ["refuse"]

NEAREST = 2
RELEVANT = 0.1
"""Below this confidence a refusal says that nothing is relevant, and points at nothing."""


def refuse(found: Found, sure: float, withheld: Answer | None, snapshot: Snapshot) -> Refusal:
    """A refusal; ``withheld`` is the answer that was not sure enough. Raises StaleRead."""
    missing = [word for word in asked_words(found.asked.text) if not _stands_anywhere(word, snapshot)]
    reason: RefusalReason = "not_answered" if sure >= RELEVANT else "nothing_relevant"
    message = f"The documents {'do not answer this' if reason == 'not_answered' else 'hold nothing on this'}."
    if missing:
        message += f" They do not contain: {', '.join(missing)}."
    nearest = found.candidates[:NEAREST] if reason == "not_answered" else []
    said = frozenset[str]().union(*(candidate.terms for candidate in nearest))
    unsaid = [name for name in found.asked.unsaid(said) if name.casefold() not in missing]
    if nearest and unsaid:
        message += f" What comes closest does not mention: {', '.join(unsaid)}."
    return Refusal(reason, message, tuple(missing), cite_nearest(nearest, snapshot), withheld)


def _stands_anywhere(word: str, snapshot: Snapshot) -> bool:
    return any(snapshot.derived.lexical.passages_with(term) for term in terms(word))
