"""The only place that makes citations: each is re-cut from the text stored with its document.

What is shown is the display text of what is cited. If the two do not agree, or the text is not there any more,
nothing is shown.
"""

from collections.abc import Callable, Mapping, Sequence

from assistant.errors import CitationError
from assistant.extracting import Candidate
from assistant.focusing import focus
from assistant.models import Answer, AnswerSentence, Citation, CitationRole
from assistant.selecting import Evidence
from index.models import Span
from index.reading import Snapshot
from index.texts import Location
from index.views import display

__all__ = ["cite_answer", "cite_nearest"]

Recut = Mapping[tuple[str, Span], Location]
"""The stored text by document key and place."""


def cite_answer(chosen: Sequence[Evidence], question: str, snapshot: Snapshot) -> Answer:
    """An answer made of the chosen sentences, numbered markers behind each, what ``question`` asks for in focus.

    Raises StaleRead when a document left the index meanwhile, CitationError when a quotation is not in the stored text.
    """
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    text = ""
    recut = _recut([candidate for evidence in chosen for candidate in (*evidence.shown, *evidence.agreeing)], snapshot)
    for evidence in chosen:
        made = _cite(evidence.shown, recut, first=len(citations) + 1)
        shown = " ".join(candidate.shown for candidate in evidence.shown)
        _must_show(shown, made, snapshot.derived.lexical.knows)
        for agreeing in evidence.agreeing:
            made += _cite([agreeing], recut, first=len(citations) + len(made) + 1, role="agrees")
        citations += made
        start = len(text) + bool(text)
        end = start + len(shown)
        numbers = tuple(citation.number for citation in made)
        sentences.append(AnswerSentence(shown, start, end, numbers, focus(question, shown)))
        text = f"{text} " if text else ""
        text += f"{shown} " + "".join(f"[{number}]" for number in numbers)
    return Answer(text, tuple(sentences), tuple(citations))


def cite_nearest(candidates: Sequence[Candidate], snapshot: Snapshot) -> tuple[Citation, ...]:
    """What came closest to an answer, for a refusal to point at."""
    citations: list[Citation] = []
    recut = _recut(candidates, snapshot)
    for candidate in candidates:
        citations += _cite([candidate], recut, first=len(citations) + 1)
    return tuple(citations)


def _recut(candidates: Sequence[Candidate], snapshot: Snapshot) -> Recut:
    """The stored text under every part of these sentences, with one request for all of it."""
    places = [(candidate.hit.record, part) for candidate in candidates for part in candidate.sentence.parts]
    keys = ((record.key, part) for record, part in places)
    return dict(zip(keys, snapshot.locate_all(places), strict=True))


def _cite(
    candidates: Sequence[Candidate], recut: Recut, *, first: int, role: CitationRole = "source"
) -> list[Citation]:
    parts = [(candidate, part) for candidate in candidates for part in candidate.sentence.parts]
    if len(parts) > 1 and role == "source":
        role = "part"
    return [
        Citation(
            number=number,
            role=role,
            record=candidate.hit.record,
            location=recut[candidate.hit.record.key, part],
            section=candidate.hit.passage.section,
            passage_id=candidate.hit.passage.id,
            score=round(candidate.hit.score, 4),
        )
        for number, (candidate, part) in enumerate(parts, first)
    ]


def _must_show(shown: str, citations: Sequence[Citation], known: Callable[[str], bool]) -> None:
    if shown != " ".join(display(citation.cited_text, known=known).text for citation in citations):
        raise CitationError(
            f"A sentence of {citations[0].record.path} differs from the stored text of the document. "
            "Run: citespan index rebuild"
        )
