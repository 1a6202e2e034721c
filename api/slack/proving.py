"""What may be shown in Slack: quotations that were cut from the stored text again, just before.

The constructors below are the proof: there is no other way to make these types, and rendering takes nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from assistant.errors import CitationError
from assistant.models import Answer, AnswerSentence, Citation, Refusal, Reply
from index.reading import Snapshot
from index.views import display

__all__ = ["Proved", "Quote", "Refused", "prove"]


@final
@dataclass(frozen=True, slots=True, init=False)
class Quote:
    """A citation that holds; ``shown`` is its display text."""

    citation: Citation
    shown: str

    def __init__(self, citation: Citation, snapshot: Snapshot) -> None:
        """Raises CitationError when the stored text says otherwise, StaleRead when it is gone."""
        if snapshot.locate(citation.record, citation.location.span) != citation.location:
            raise _differs(citation)
        shown = display(citation.cited_text, known=snapshot.derived.lexical.knows).text
        if not shown:
            raise _differs(citation)
        object.__setattr__(self, "citation", citation)
        object.__setattr__(self, "shown", shown)


@final
@dataclass(frozen=True, slots=True, init=False)
class Proved:
    """An answer whose quotations hold, in which each sentence is the words of its own, or a model's and marked so."""

    reply: Reply
    sentences: tuple[AnswerSentence, ...]
    quotes: tuple[Quote, ...]

    def __init__(self, reply: Reply, snapshot: Snapshot) -> None:
        """Raises CitationError for a refusal and for a sentence without its source, StaleRead as a quote does."""
        if not isinstance(reply.result, Answer) or not reply.result.sentences:
            raise CitationError("There is no sentence with a citation in this reply. Ask again.")
        quotes = tuple(Quote(citation, snapshot) for citation in reply.result.citations)
        numbered = {quote.citation.number: quote for quote in quotes}
        for sentence in reply.result.sentences:
            _check(sentence, numbered)
        object.__setattr__(self, "reply", reply)
        object.__setattr__(self, "sentences", reply.result.sentences)
        object.__setattr__(self, "quotes", quotes)


@final
@dataclass(frozen=True, slots=True, init=False)
class Refused:
    """A refusal; what it points at as nearest is quoted as strictly as an answer's sources."""

    reply: Reply
    message: str
    quotes: tuple[Quote, ...]

    def __init__(self, reply: Reply, snapshot: Snapshot) -> None:
        """Raises CitationError for an answer, and StaleRead as a quote does."""
        if not isinstance(reply.result, Refusal):
            raise CitationError("This reply is an answer, not a refusal.")
        object.__setattr__(self, "reply", reply)
        object.__setattr__(self, "message", reply.result.message)
        object.__setattr__(self, "quotes", tuple(Quote(citation, snapshot) for citation in reply.result.nearest))


def prove(reply: Reply, snapshot: Snapshot) -> Proved | Refused:
    """The reply as it may be shown. Raises CitationError, StaleRead."""
    return Proved(reply, snapshot) if isinstance(reply.result, Answer) else Refused(reply, snapshot)


def _check(sentence: AnswerSentence, quotes: Mapping[int, Quote]) -> None:
    cited = [quotes[number] for number in sentence.citations if number in quotes]
    roles = ("supports",) if sentence.generated else ("source", "part")
    own = [quote for quote in cited if quote.citation.role in roles]
    if not own or len(cited) != len(sentence.citations):
        raise CitationError("A sentence of the answer has no source. Ask again.")
    if not sentence.generated and sentence.text != " ".join(quote.shown for quote in own):
        raise _differs(own[0].citation)


def _differs(citation: Citation) -> CitationError:
    return CitationError(
        f"A sentence of {citation.record.path} differs from the stored text of the document. "
        "Run: citespan index rebuild"
    )
