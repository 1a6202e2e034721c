"""What is measured of one case, as pure functions; the judge is overlap with the accepted evidence, never a model.

A case without an answer scores 0 wherever an answer was due: it never leaves a mean.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from evals.models import Case, Place, Said

__all__ = [
    "answer_words",
    "citation_precision",
    "citation_recall",
    "evidence_within",
    "fact_coverage",
    "rankings",
    "supports",
]

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


def supports(said: Said, places: Iterable[Place]) -> bool:
    """Whether what a sentence quotes overlaps one of the places."""
    return any(quote.place.overlaps(place) for place in places for quote in said.quotes)


def evidence_within(sentences: Sequence[Said], case: Case) -> bool:
    """Whether one of the sentences quotes accepted evidence, of whatever part."""
    return any(supports(said, case.places) for said in sentences)


def citation_precision(sentences: Sequence[Said], case: Case) -> float:
    """Share of the cited sentences that quote accepted evidence (ALCE, Gao et al. 2023; judge: overlap)."""
    return sum(supports(said, case.places) for said in sentences) / len(sentences) if sentences else 0.0


def citation_recall(sentences: Sequence[Said], case: Case) -> float:
    """Share of the required parts of the evidence that some sentence quotes (ALCE; judge: overlap)."""
    covered = sum(any(supports(said, part) for said in sentences) for part in case.evidence)
    return covered / len(case.evidence)


def fact_coverage(sentences: Sequence[Said], case: Case) -> float:
    """Share of the facts that stand in the answer in one of their wordings, case, dashes and white space aside."""
    text = _folded(" ".join(said.text for said in sentences))
    return sum(any(_says(text, wording) for wording in fact) for fact in case.facts) / len(case.facts)


def answer_words(sentences: Sequence[Said]) -> int:
    """Length of the answer in words."""
    return sum(len(said.text.split()) for said in sentences)


def rankings(cases: Sequence[tuple[str, Mapping[str, int], Sequence[str]]]) -> dict[str, dict[str, float]]:
    """nDCG@10, Recall@10, Recall@100 and MRR of each case, by ir-measures (trec_eval).

    A case is its id, its relevance grades by name, and the names that were ranked, best first. What ranks nothing
    relevant scores 0; a case without a relevant name is left out.
    """
    import ir_measures
    from ir_measures import RR, Qrel, R, ScoredDoc, nDCG

    named = {nDCG @ 10: "nDCG@10", R @ 10: "Recall@10", R @ 100: "Recall@100", RR: "MRR"}
    judged = [case for case in cases if any(grade > 0 for grade in case[1].values())]
    numbers = _numbers(name for _, grades, ranked in judged for name in (*grades, *ranked))
    qrels = [
        Qrel(str(query), numbers[name], grade)
        for query, (_, grades, _) in enumerate(judged)
        for name, grade in grades.items()
    ]
    run = [
        ScoredDoc(str(query), numbers[name], -place)
        for query, (_, _, ranked) in enumerate(judged)
        for place, name in enumerate(ranked)
    ]
    found = [dict.fromkeys(named.values(), 0.0) for _ in judged]
    for metric in ir_measures.iter_calc(list(named), qrels, run):
        found[int(metric.query_id)][named[metric.measure]] = metric.value
    return {case: values for (case, _, _), values in zip(judged, found, strict=True)}


def _numbers(names: Iterable[str]) -> dict[str, str]:
    """A number for each name: trec_eval, written in C, is given nothing that came from outside."""
    return {name: str(number) for number, name in enumerate(dict.fromkeys(names))}


def _says(text: str, wording: str) -> bool:
    """Whether whole words of ``text`` are the wording; a reference number may be glued to its end."""
    wanted = _folded(wording)
    after = r"(?![^\W\d_])" if wanted[-1].isalpha() else r"(?!\w)"
    return re.search(r"(?<!\w)" + re.escape(wanted) + after, text) is not None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_DASHES).split())
