"""Closed classes of English words: what a fragment may end or start with, and what makes a clause."""

import re

__all__ = [
    "AUXILIARIES",
    "CONNECTIVES",
    "COORDINATORS",
    "DETERMINERS",
    "FUNCTION_WORDS",
    "PREPOSITIONS",
    "PRONOUNS",
    "QUANTIFYING",
    "QUESTION_WORDS",
    "STRANDED",
    "words_of",
]


def _class_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = _class_of(
    "a an the this that these those its their our his her my your each every no some any both such another"
)
PREPOSITIONS = _class_of(
    "of in into by with at for from on onto to between among amongst during through via within without against "
    "upon across towards toward under over after before despite per about around above below since until"
)
STRANDED = _class_of("on for to in up off over about under through by")
"""Prepositions that a verb may leave behind: "accounted for by"."""

QUANTIFYING = _class_of("about above around below between over under within up before after per during")
"""Prepositions that may follow another: "of about ten", "from within"."""

QUESTION_WORDS = _class_of("which whom whose what how whether when where")
COORDINATORS = _class_of("and or but nor")
CONNECTIVES = COORDINATORS | _class_of(
    "that which who whom whose where when while whereas because although though if unless as than whether how what "
    "since until before after so hence thus therefore however"
)
AUXILIARIES = _class_of(
    "is are was were has have had can could may might must will would shall should does do did cannot "
    "isn't aren't wasn't weren't hasn't haven't"
)
PRONOUNS = _class_of("we they it he she you i there")
FUNCTION_WORDS = DETERMINERS | PREPOSITIONS | CONNECTIVES | AUXILIARIES | PRONOUNS | {"be", "been", "not", "also"}

_WORD = re.compile(r"[^\W_]+(?:[-'’/][^\W_]+)*")


def words_of(fragment: str) -> list[str]:
    """The words of a fragment as written; hyphenated words are one."""
    return _WORD.findall(fragment)
