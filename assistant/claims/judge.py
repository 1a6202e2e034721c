"""The seam that decides whether a claim may be shown."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from index.lexical import Ways

__all__ = ["BUILT_IN", "ClaimJudge", "Judgement", "Premise", "Verdict"]

BUILT_IN = "built-in"
"""The name of the judge that needs no weights."""
Verdict = Literal["supported", "contradicted", "not_supported"]


@dataclass(frozen=True, slots=True)
class Premise:
    """What a claim rests on: ``quotes`` as shown, and the sentences around each, which say what "it" is.

    ``ways`` has what else says a term of the claim: an abbreviation or its meaning, as the documents define them.
    ``over`` is what stands over the quotes: title and section.
    """

    quotes: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    ways: Ways = field(default_factory=dict)


class Judgement(NamedTuple):
    """A verdict, why in a few words for people ("the quotation has 12 mg, the claim 20 mg"), and how sure in [0, 1]."""

    verdict: Verdict
    reason: str = ""
    score: float = 1.0


class ClaimJudge(Protocol):
    """Decides whether quotations support a claim. Safe to use from several threads."""

    name: str

    def judge(self, claim: str, premise: Premise) -> Judgement:
        """Whether what the claim says is what its quotations say, read among their neighbours."""
        ...
