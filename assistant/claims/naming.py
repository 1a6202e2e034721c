"""Names, species, tissues and cells of a claim stand in its quotations, or say there what "it" is."""

import re

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.reading import Evidence, Statement, Word, keys, read
from assistant.subjects import asked_about, not_named

__all__ = ["check_names", "check_subjects", "names_in"]

_SPECIES = """
mice, rats, rabbits, guinea pigs, hamsters, ferrets, pigs, dogs, cats, horses, cattle, sheep, goats, camels, bats,
monkeys, birds, frogs, fish, flies, worms, yeasts, plants
"""
SPECIES = frozenset(" ".join(_SPECIES.split()).split(", "))
"""Those of the subjects that are kinds of animals and plants."""
PEOPLE = keys(
    "human humans patient patients people person participant volunteer volunteers men women child children infant "
    "infants adult adults man woman"
)
_NAME = re.compile(r"(?<![^\W_])(?:[^\W_](?=[^\s/]*[A-Z\d])[^\s,;:()\[\]/\"“”]*[^\W_]\+?|(?<=[^\s.?!] )[A-Z][^\W\d_]+)")
_LETTERS = re.compile(r"[^\W\d_]+")


def names_in(sentence: Statement) -> list[str]:
    """Words with a capital or a digit behind their first letter (VEGF, IL-6, p53), and capitals inside a sentence."""
    found = (match[0] for match in _NAME.finditer(sentence.source))
    return [name for name in dict.fromkeys(found) if _LETTERS.search(name) and not name[0].isdigit()]


def check_names(aligned: Aligned) -> Judgement | None:
    """What is wrong with the first name of the claim that the quotations do not have."""
    evidence = aligned.evidence
    for name in names_in(aligned.claim):
        for word in read(name).content:
            if not (evidence.says(word) or evidence.named_around(word)):
                return _unknown(name, evidence)
    return None


def _unknown(name: str, evidence: Evidence) -> Judgement:
    letters = _LETTERS.search(name)
    start = letters[0].casefold() if letters else name
    others = (other for sentence in evidence.sentences for other in names_in(sentence))
    alike = next((other for other in others if other.casefold().startswith(start)), None)
    if alike is not None:
        return Judgement("contradicted", f"the quotation has {alike}, the claim {name}")
    return Judgement("not_supported", f"the quotation does not say {name}")


def check_subjects(aligned: Aligned) -> Judgement | None:
    """Whether the claim is about a species, a tissue or cells that its quotations are not about."""
    claim, evidence = aligned.claim, aligned.evidence
    named = asked_about(claim.terms)
    for subject in not_named(named, lambda term: _says(term, evidence, evidence.terms)):
        there = [other for other in asked_about(evidence.terms) if (other in SPECIES) == (subject in SPECIES)]
        if subject in SPECIES and PEOPLE & evidence.terms:
            there.append("people")
        if there:
            return Judgement("contradicted", f"the quotation is about {there[0]}, the claim about {subject}")
        if not _says(subject, evidence, evidence.terms | evidence.around):
            return Judgement("not_supported", f"the quotation is not about {subject}")
    return _people(claim, evidence)


def _says(term: str, evidence: Evidence, found: frozenset[str]) -> bool:
    return evidence.says_in(Word(term, (term,), 0), found)


def _people(claim: Statement, evidence: Evidence) -> Judgement | None:
    species = [subject for subject in asked_about(evidence.terms) if subject in SPECIES]
    if PEOPLE & claim.terms and species and not PEOPLE & evidence.terms:
        return Judgement("contradicted", f"the quotation is about {species[0]}, the claim about people")
    return None
