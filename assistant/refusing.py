"""What is said where the documents do not answer: why, what they lack, and what came closest."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from assistant.citing import cite_nearest
from assistant.expecting import lacks_kind
from assistant.extracting import Candidate
from assistant.finding import Found
from assistant.judging import confidence, observe
from assistant.models import Answer, Refusal, RefusalReason
from assistant.questioning import Understood, asked_words
from index.reading import Snapshot
from index.tokenizing import terms

__all__ = ["refuse"]

NEAREST = 2
RELEVANT = 0.15
"""Below this confidence, subject and kind set aside, a refusal says that nothing is relevant, and points at nothing."""


def refuse(found: Found, withheld: Answer | None, snapshot: Snapshot) -> Refusal:
    """A refusal; ``withheld`` is the answer that was not sure enough. Raises StaleRead."""
    missing = [word for word in asked_words(found.asked.text) if not _stands_anywhere(word, snapshot)]
    reason: RefusalReason = "not_answered" if _on_topic(found) >= RELEVANT else "nothing_relevant"
    message = f"The documents {'do not answer this' if reason == 'not_answered' else 'hold nothing on this'}."
    if missing:
        message += f" They do not contain: {', '.join(missing)}."
    nearest = found.candidates[:NEAREST] if reason == "not_answered" else []
    lacks = list(_lacks(found.asked, nearest, missing)) if nearest else []
    if lacks:
        message += f" What comes closest {' and '.join(lacks)}."
    return Refusal(reason, message, tuple(missing), cite_nearest(nearest, snapshot), withheld)


def _on_topic(found: Found) -> float:
    """The confidence if subject and kind were as asked: what is of another tissue is near all the same."""
    return confidence(replace(observe(found), subject=1.0, kind=1.0))


def _lacks(asked: Understood, nearest: Sequence[Candidate], missing: Collection[str]) -> Iterator[str]:
    """What the question asks about, or asks for, and what comes closest does not have; in words."""
    known = {word.casefold() for word in missing}
    said = frozenset[str]().union(*(candidate.terms for candidate in nearest))
    subjects = [name for name in nearest[0].not_about if all(name in candidate.not_about for candidate in nearest)]
    names = [name for name in (*asked.unsaid(said), *subjects) if name.casefold() not in known]
    if names:
        yield f"does not mention: {', '.join(names)}"
    kind = lacks_kind(asked.text, [candidate.shown for candidate in nearest])
    if kind:
        yield f"gives no {kind}"


def _stands_anywhere(word: str, snapshot: Snapshot) -> bool:
    return any(snapshot.derived.lexical.passages_with(term) for term in terms(word))
