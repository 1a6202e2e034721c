"""The only place that makes citations: each is re-cut from the text stored with its document.

What is shown is the display text of what is cited. If the two do not agree, or the text is not there any more,
nothing is shown.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from assistant.errors import CitationError
from assistant.focusing import focus
from assistant.models import Answer, AnswerSentence, Citation, CitationRole, Hit
from assistant.selecting import Evidence
from index.models import Sentence, Span
from index.reading import Snapshot
from index.texts import Location
from index.views import display

__all__ = ["Citable", "Composition", "cite_answer", "cite_nearest"]

Recut = Mapping[tuple[str, Span], Location]
"""The stored text by document key and place."""


class Citable(Protocol):
    """A sentence of a passage, as it is shown."""

    @property
    def hit(self) -> Hit:
        """The passage."""
        ...

    @property
    def sentence(self) -> Sentence:
        """The sentence."""
        ...

    @property
    def shown(self) -> str:
        """Its display text."""
        ...


class Composition:
    """An answer that is put together sentence by sentence, numbered markers behind each.

    Its methods raise StaleRead when a document left the index meanwhile, CitationError when a quotation is not in the
    stored text.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._text = ""
        self._sentences: list[AnswerSentence] = []
        self._citations: list[Citation] = []

    def __len__(self) -> int:
        return len(self._sentences)

    def quote(self, evidence: Evidence, recut: Recut, question: str) -> AnswerSentence:
        """Add the documents' own words; what ``question`` asks for is in focus."""
        made = _cite(evidence.shown, recut, first=len(self._citations) + 1)
        shown = " ".join(candidate.shown for candidate in evidence.shown)
        _must_show(shown, made, self._snapshot.derived.lexical.knows)
        for agreeing in evidence.agreeing:
            made += _cite([agreeing], recut, first=len(self._citations) + len(made) + 1, role="agrees")
        return self._add(shown, made, focus(question, shown))

    def claim(self, text: str, support: Sequence[Citable]) -> tuple[AnswerSentence, tuple[Citation, ...]]:
        """Add a model's words, and what supports them; a sentence that is cited already keeps its number."""
        recut = _recut(support, self._snapshot)
        for each in support:
            _must_show(each.shown, _cite([each], recut, first=1), self._snapshot.derived.lexical.knows)
        known = {(citation.record.key, citation.location.span): citation for citation in self._citations}
        made: list[Citation] = []
        for each in support:
            for part in each.sentence.parts:
                place = each.hit.record.key, part
                if place not in known:
                    number = len(known) + 1
                    known[place] = _citation(each, recut[place], number=number, role="supports")
                if known[place] not in made:
                    made.append(known[place])
        return self._add(text, made, (), generated=True), tuple(made)

    def answer(self) -> Answer:
        """What has been put together."""
        return Answer(self._text, tuple(self._sentences), tuple(self._citations))

    def _add(
        self,
        shown: str,
        citations: Sequence[Citation],
        focused: tuple[tuple[int, int], ...],
        *,
        generated: bool = False,
    ) -> AnswerSentence:
        self._citations += [citation for citation in citations if citation.number > len(self._citations)]
        start = len(self._text) + bool(self._text)
        numbers = tuple(citation.number for citation in citations)
        sentence = AnswerSentence(shown, start, start + len(shown), numbers, focused, generated)
        self._sentences.append(sentence)
        self._text += (" " if self._text else "") + f"{shown} " + "".join(f"[{number}]" for number in numbers)
        return sentence


def cite_answer(chosen: Sequence[Evidence], question: str, snapshot: Snapshot) -> Answer:
    """An answer made of the chosen sentences. Raises what ``Composition`` raises."""
    composition = Composition(snapshot)
    recut = _recut([candidate for evidence in chosen for candidate in (*evidence.shown, *evidence.agreeing)], snapshot)
    for evidence in chosen:
        composition.quote(evidence, recut, question)
    return composition.answer()


def cite_nearest(candidates: Sequence[Citable], snapshot: Snapshot) -> tuple[Citation, ...]:
    """What came closest to an answer, for a refusal to point at."""
    citations: list[Citation] = []
    recut = _recut(candidates, snapshot)
    for candidate in candidates:
        citations += _cite([candidate], recut, first=len(citations) + 1)
    return tuple(citations)


def _recut(candidates: Sequence[Citable], snapshot: Snapshot) -> Recut:
    """The stored text under every part of these sentences, with one request for all of it."""
    places = [(candidate.hit.record, part) for candidate in candidates for part in candidate.sentence.parts]
    keys = ((record.key, part) for record, part in places)
    return dict(zip(keys, snapshot.locate_all(places), strict=True))


def _cite(candidates: Sequence[Citable], recut: Recut, *, first: int, role: CitationRole = "source") -> list[Citation]:
    parts = [(candidate, part) for candidate in candidates for part in candidate.sentence.parts]
    if len(parts) > 1 and role == "source":
        role = "part"
    return [
        _citation(candidate, recut[candidate.hit.record.key, part], number=number, role=role)
        for number, (candidate, part) in enumerate(parts, first)
    ]


def _citation(citable: Citable, location: Location, *, number: int, role: CitationRole) -> Citation:
    return Citation(
        number=number,
        role=role,
        record=citable.hit.record,
        location=location,
        section=citable.hit.passage.section,
        passage_id=citable.hit.passage.id,
        score=round(citable.hit.score, 4),
    )


def _must_show(shown: str, citations: Sequence[Citation], known: Callable[[str], bool]) -> None:
    if shown != " ".join(display(citation.cited_text, known=known).text for citation in citations):
        raise CitationError(
            f"A sentence of {citations[0].record.path} differs from the stored text of the document. "
            "Run: citespan index rebuild"
        )
