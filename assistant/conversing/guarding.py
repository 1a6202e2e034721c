"""What a model may make of a follow-up: one question, of what was said and nothing else, and still the one asked."""

from collections.abc import Sequence

from assistant.models import Turn
from index.tokenizing import terms

__all__ = ["LONGEST", "is_faithful", "is_same"]

LONGEST = 500
KEPT = 0.5
"""Share of the words of the follow-up that must still be there: a model that repeats the question before keeps none."""
FREE = frozenset(
    term
    for word in ["question", "answer", "regarding", "concerning", "compared", "following", "previous", "mentioned"]
    for term in terms(word)
)
"""Terms that say how something is asked, besides stop words."""


def is_faithful(rewritten: str, question: str, history: Sequence[Turn]) -> bool:
    """Whether a model's question can be asked in place of the follow-up."""
    found, asked = set(terms(rewritten)), set(terms(question))
    said = asked.union(FREE, *(terms(turn.text) for turn in history))
    earlier = {_plain(turn.text) for turn in history if turn.role == "user"}
    return (
        _is_one_question(rewritten)
        and bool(found)
        and found <= said
        and len(asked & found) >= KEPT * len(asked)
        and _plain(rewritten) not in earlier - {_plain(question)}
    )


def is_same(one: str, other: str) -> bool:
    """Whether two questions differ in capitals, white space and the mark at the end at most."""
    return _plain(one) == _plain(other)


def _is_one_question(text: str) -> bool:
    return 0 < len(text) <= LONGEST and "\n" not in text and text.isprintable() and text.rstrip(" ?").count("?") == 0


def _plain(text: str) -> str:
    return " ".join(text.casefold().rstrip(" ?.!").split())
