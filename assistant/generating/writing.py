"""A model writes, and only what its quotations say is shown: each claim is located, judged, then stated or dropped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.citing import Composition, cite_nearest
from assistant.claims.judge import ClaimJudge, Premise
from assistant.errors import GeneratorFailed
from assistant.finding import Found
from assistant.generating.chat import ChatModel
from assistant.generating.parsing import Claim, DraftReader, Quote
from assistant.generating.prompting import Given, Line, draft_schema, give, prompt, rules_tokens
from assistant.generating.quoting import Located, NearMiss, Quotable
from assistant.models import Answer, Dropped, Stated
from assistant.questioning import ways_of
from assistant.selecting import SAME
from assistant.stages import Stages
from index.reading import Snapshot
from index.segmenting.boundaries import sentence_spans
from index.tokenizing import terms

__all__ = ["Writer", "Written"]

PASSAGES = 5
"""Most passages that a model is given."""
NO_ROOM = (
    "Into the {window} tokens of {name} no passage fits beside the rules and a draft: raise CITESPAN_GENERATOR_WINDOW, "
    "or lower CITESPAN_GENERATOR_TOKENS."
)


@dataclass(slots=True)
class Written:
    """What came of a draft: an answer of the claims that survived, None where none did; what was dropped; tokens used.

    ``found_nothing`` is whether the model said that the passages do not answer, ``failure`` why it broke off.
    """

    answer: Answer | None = None
    dropped: list[Dropped] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    found_nothing: bool = False
    failure: str | None = None


class Writer:
    """A model whose claims are judged. ``tokens`` is how long a draft may be."""

    def __init__(self, model: ChatModel, judge: ClaimJudge, *, tokens: int) -> None:
        self.model = model
        self._judge = judge
        self._tokens = tokens

    def write(self, found: Found, *, most: int, stages: Stages) -> Iterator[Stated | Written]:
        """At most ``most`` verified sentences, each as soon as it is, then what came of it all.

        Raises Abandoned when nobody waits, StaleRead when a document left the index meanwhile.
        """
        left = self.model.window - self._tokens - rules_tokens(found.asked.text)
        given = give(found, most=PASSAGES, tokens=left)
        review = _Review(Quotable(given), self._judge, found.snapshot)
        written = Written()
        if not given:
            yield Written(failure=NO_ROOM.format(name=self.model.name, window=self.model.window))
            return
        for claim in self._claims(found.asked.text, given, written, most=most, stages=stages):
            dropped, support = review.look_at(claim)
            if dropped:
                written.dropped.append(dropped)
            else:
                sentence, citations = review.composition.claim(claim.text, support)
                stages.end("verify")
                yield Stated(len(review.composition) - 1, sentence, citations)
                stages.resume()
            if len(review.composition) == most:
                break
        stages.end("verify")
        written.answer = review.composition.answer() if len(review.composition) else None
        yield written

    def _claims(
        self, question: str, given: Sequence[Given], written: Written, *, most: int, stages: Stages
    ) -> Iterator[Claim]:
        """The model's claims as they are complete; usage and failure are noted in ``written``."""
        reader = DraftReader()
        messages = prompt(question, given, most=most)
        schema = draft_schema(given, most=most, held=self.model.grammatical)
        stages.end("prompt")
        try:
            for piece in self.model.stream(messages, limit=self._tokens, waiting=stages.waiting, schema=schema):
                stages.end("generate")
                written.usage |= piece.usage or {}
                yield from reader.feed(piece.text)
                stages.end("verify")
        except GeneratorFailed as error:
            written.failure = str(error)
        yield from reader.finish()
        written.found_nothing = reader.found_nothing


class _Review:
    """The claims of one draft, looked at one after the other."""

    def __init__(self, quotable: Quotable, judge: ClaimJudge, snapshot: Snapshot) -> None:
        self.composition = Composition(snapshot)
        self._quotable = quotable
        self._judge = judge
        self._snapshot = snapshot
        self._said: list[frozenset[str]] = []

    def look_at(self, claim: Claim) -> tuple[Dropped | None, Sequence[Line]]:
        """Why a claim is dropped; or None, and the lines that support it."""
        found = [self._quotable.find(quote) for quote in claim.quotes or (Quote(claim.text),)]
        lines = list(dict.fromkeys(line for each in found if isinstance(each, Located) for line in each.lines))
        if not lines:
            return self._unlocated(claim, found), ()
        dropped = self._unsupported(claim.text, lines) or self._needless(claim.text, lines)
        if not dropped:
            self._said.append(frozenset(terms(claim.text)))
        return dropped, lines

    def _needless(self, text: str, lines: Sequence[Line]) -> Dropped | None:
        """Why a claim that is supported adds nothing to the answer."""
        if not any(line.relevant for line in lines):
            return Dropped("beside_the_question", text)
        said = frozenset(terms(text))
        again = any(said == other or len(said & other) >= SAME * len(said | other) for other in self._said)
        return Dropped("repeated", text) if again else None

    def _unlocated(self, claim: Claim, found: Sequence[Located | NearMiss | None]) -> Dropped:
        near = next((each for each in found if isinstance(each, NearMiss)), None)
        if not claim.quotes:
            return Dropped("no_quote", claim.text)
        if near is None:
            return Dropped("not_in_passages", claim.text, detail=claim.quotes[0].text)
        nearest, *_ = cite_nearest([near.line], self._snapshot)
        return Dropped("near_miss", claim.text, detail=claim.quotes[0].text, nearest=nearest)

    def _unsupported(self, text: str, lines: Sequence[Line]) -> Dropped | None:
        """Why what supports a claim does not; each of its sentences must be supported."""
        premise = Premise(
            quotes=tuple(line.shown for line in lines),
            before=tuple(line.before for line in lines),
            after=tuple(line.after for line in lines),
            over=tuple(dict.fromkeys(f"{line.hit.record.title} {line.hit.passage.section}" for line in lines)),
            ways=ways_of(text, self._snapshot),
        )
        for span in sentence_spans(text, 0, len(text)):
            judgement = self._judge.judge(span.cut(text), premise)
            if judgement.verdict != "supported":
                return Dropped(judgement.verdict, text, detail=judgement.reason)
        return None
