"""How much of what a claim says its quotations say."""

from collections.abc import Iterable

import numpy as np

from assistant.claims.aligning import Aligned
from assistant.claims.direction import goes_with
from assistant.claims.judge import Judgement
from assistant.claims.negation import is_opposite
from assistant.claims.quantities import NUMBER_WORDS
from assistant.claims.reading import Evidence, Word, keys
from assistant.claims.synonyms import are_synonyms
from index.embedding import Embedder

__all__ = ["check_exchange", "closeness", "coverage", "is_free", "missing", "stands_for", "unsaid"]

FREE = keys("""
study studies finding findings result results data evidence author authors paper article report reports reported
researchers show shows showed shown demonstrate demonstrates demonstrated demonstrating indicate indicates indicated
reveal reveals revealed find found observe observed see seen note noted confirm confirmed conclude concluded describe
described describes according known also thus therefore via use uses used using including includes include suggest
suggests suggested addition additionally moreover furthermore respectively among within upon able called termed well
various may might could well-known type types kind approximately about around roughly however gene genes protein
proteins passage passages source sources document documents text texts quotation quotations excerpt excerpts yes stand
stands refer refers review reviews contrast factor factors
""")
"""Words that a claim may add: they say how something is known rather than what."""


LONGEST_EXCHANGE = 4
"""Content words that one may have replaced; where more are gone, the sentence was made anew."""


def unsaid(aligned: Aligned) -> list[Word]:
    """The content words of the claim that the quotations do not say; each once. Numbers are checked elsewhere."""
    found = {word.key: word for word in aligned.added_in_order if word.terms and not _is_said(word, aligned)}
    return list(found.values())


def is_free(word: Word) -> bool:
    """Whether a claim may have, or leave out, the word without saying something else."""
    return word.key in FREE


def _is_said(word: Word, aligned: Aligned) -> bool:
    if is_free(word) or aligned.says(word) or aligned.evidence.named_around(word):
        return True
    if word.text[0].isdigit() or word.text in NUMBER_WORDS:
        return True
    if any(is_opposite(word, other) for other in aligned.dropped):  # "not affected" for "unaffected": denied here
        return True
    return stands_for(word, aligned.instead[word], aligned.evidence)


def stands_for(word: Word, others: Iterable[Word], evidence: Evidence) -> bool:
    """Whether the word says what one of the others says, or goes the same way."""
    return any(
        goes_with(word, [other])
        or are_synonyms(word.key, other.key)
        or (word.terms and other.terms and evidence.says_in(word, frozenset(other.terms)))
        for other in others
    )


def check_exchange(aligned: Aligned) -> Judgement | None:
    """Whether a word that the sentences say elsewhere takes the place of some that the claim does not have."""
    for word in aligned.moved:
        there = [other for other in aligned.instead[word] if other.terms and not is_free(other)]
        if 0 < len(there) <= LONGEST_EXCHANGE and not word.text[0].isdigit() and not _is_kept(there, word, aligned):
            return Judgement("not_supported", f'the quotation says "{there[0].text}" there, the claim "{word.text}"')
    return None


def _is_kept(there: list[Word], word: Word, aligned: Aligned) -> bool:
    """Whether the claim has one of the words that are no more there, or the word means what they say."""
    evidence = aligned.evidence
    means_it = evidence.says_in(word, frozenset(term for other in there for term in other.terms))
    return means_it or any(
        stands_for(word, [other], evidence) or evidence.says_in(other, aligned.claim.terms) for other in there
    )


def coverage(aligned: Aligned) -> float:
    """The share, in [0, 1], of the claim's content words that the quotations say."""
    words = {word.key for word in aligned.claim.content}
    return 1 - len(unsaid(aligned)) / max(1, len(words))


def closeness(aligned: Aligned, embedder: Embedder) -> float:
    """The cosine of the claim and the sentences that it rests on."""
    if not aligned.basis:
        return 0.0
    there = " ".join(sentence.source for sentence in aligned.basis)
    one, other = embedder.embed([aligned.claim.source, there])
    return float(np.dot(one, other))


def missing(words: list[Word]) -> Judgement:
    """The verdict on a claim whose words its quotations do not say."""
    shown = ", ".join(f'"{word.text}"' for word in words[:3])
    return Judgement("not_supported", f"the quotation does not say {shown}")
