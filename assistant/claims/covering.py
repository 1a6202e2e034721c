"""How much of what a claim says its quotations say."""

import numpy as np

from assistant.claims.direction import goes_with
from assistant.claims.judge import Judgement
from assistant.claims.quantities import NUMBER_WORDS
from assistant.claims.reading import Evidence, Statement, Word
from assistant.claims.scopes import keys
from index.embedding import Embedder

__all__ = ["closeness", "coverage", "missing", "unsaid"]

FREE = keys(
    "study studies finding findings result results data evidence author authors paper article report reports "
    "reported researchers show shows showed shown demonstrate demonstrates demonstrated demonstrating indicate "
    "indicates indicated reveal reveals revealed find found observe observed see seen note noted confirm "
    "confirmed conclude concluded describe described describes according known also thus therefore via use uses "
    "used using including includes include include suggest suggests suggested addition additionally moreover "
    "furthermore respectively among within upon able called termed well various may might could not no well-known "
    "type types kind"
)
"""Words that a claim may add: they say how something is known rather than what."""


def unsaid(claim: Statement, evidence: Evidence) -> list[Word]:
    """The content words of the claim that the quotations do not say; each once. Numbers are checked elsewhere."""
    found = {word.key: word for word in claim.content if not _is_said(word, evidence)}
    return list(found.values())


def _is_said(word: Word, evidence: Evidence) -> bool:
    if word.key in FREE or evidence.says(word) or evidence.named_around(word):
        return True
    if word.text[0].isdigit() or word.text in NUMBER_WORDS:
        return True
    return any(goes_with(word, sentence.words) for sentence in evidence.sentences)


def coverage(claim: Statement, evidence: Evidence) -> float:
    """The share, in [0, 1], of the claim's content words that the quotations say."""
    words = {word.key for word in claim.content}
    return 1 - len(unsaid(claim, evidence)) / max(1, len(words))


def closeness(claim: Statement, evidence: Evidence, embedder: Embedder) -> float:
    """The cosine of the claim and the sentence, or all sentences together, that is nearest to it."""
    sources = [sentence.source for sentence in evidence.sentences]
    joined = [" ".join(sources)] if len(sources) > 1 else []
    vectors = embedder.embed([claim.source, *sources, *joined])
    return float(np.max(vectors[1:] @ vectors[0])) if sources else 0.0


def missing(words: list[Word]) -> Judgement:
    """The verdict on a claim whose words its quotations do not say."""
    shown = ", ".join(f'"{word.text}"' for word in words[:3])
    return Judgement("not_supported", f"the quotation does not say {shown}")
