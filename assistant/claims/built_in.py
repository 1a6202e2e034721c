"""The judge that needs no further weights: rules on what biomedical sentences say, and how much of a claim is said."""

from collections.abc import Callable

from assistant.claims.aligning import Aligned, align
from assistant.claims.covering import check_exchange, closeness, coverage, missing, unsaid
from assistant.claims.direction import check_direction
from assistant.claims.hedging import check_causes, check_hedges
from assistant.claims.inverting import check_inverters
from assistant.claims.joining import check_joining
from assistant.claims.judge import BUILT_IN, Judgement, Premise
from assistant.claims.naming import check_names, check_subjects
from assistant.claims.negation import check_negation
from assistant.claims.numbers import check_numbers
from assistant.claims.ordering import check_order
from assistant.claims.pairing import check_pairs
from assistant.claims.quantifying import check_quantifiers
from assistant.claims.reading import Evidence, Statement, read, read_premise, sentences_of
from assistant.claims.settling import check_settled
from assistant.claims.significance import check_significance
from assistant.claims.widening import check_width
from index.embedding import Embedder

__all__ = ["BuiltInJudge"]

LEAST_COVERAGE = 1.0
"""Share of its content words that the quotations must say, in whatever way. At .85, 45 % of the claims that say one
thing more were shown (tuning half of ``evals/mutations.py``); words that may be added are in ``covering.FREE``."""
LEAST_CLOSENESS = 0.4
"""Cosine of the claim and what it rests on: below every faithful claim of the tuning half. A last bar; it tells a
changed claim from an unchanged one as little as any other cosine (medians .99 and .99)."""

Check = Callable[[Aligned], Judgement | None]
CHECKS: tuple[Check, ...] = (
    check_numbers,
    check_names,
    check_subjects,
    check_negation,
    check_width,
    check_direction,
    check_inverters,
    check_order,
    check_pairs,
    check_quantifiers,
    check_hedges,
    check_settled,
    check_significance,
    check_causes,
    check_exchange,
    check_joining,
)


class BuiltInJudge:
    """Supports a claim when no check finds fault with it and its quotations say nearly all of it."""

    name = BUILT_IN

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder

    def judge(self, claim: str, premise: Premise) -> Judgement:
        """Whether what the claim says is what its quotations say, read among their neighbours."""
        evidence = read_premise(premise)
        wanted = [read(sentence) for sentence in sentences_of(claim)]
        if not any(sentence.content for sentence in wanted) or not evidence.sentences:
            return Judgement("not_supported", "there is nothing to compare")
        quoted = {_plain(sentence) for sentence in evidence.sentences}
        scores = []
        for sentence in wanted:
            if _plain(sentence) in quoted:
                continue
            found = self._judged(sentence, evidence)
            if found.verdict != "supported":
                return found
            scores.append(found.score)
        return Judgement("supported", score=min(scores, default=1.0))

    def _judged(self, claim: Statement, evidence: Evidence) -> Judgement:
        aligned = align(claim, evidence)
        for check in CHECKS:
            found = check(aligned)
            if found is not None:
                return found
        said = coverage(aligned)
        if said < LEAST_COVERAGE:
            return missing(unsaid(aligned))._replace(score=1 - said)
        if self._embedder is not None and closeness(aligned, self._embedder) < LEAST_CLOSENESS:
            return Judgement("not_supported", "the quotation is about something else")
        return Judgement("supported", score=said)


def _plain(sentence: Statement) -> str:
    return sentence.folded.strip(" .!?\"'")
