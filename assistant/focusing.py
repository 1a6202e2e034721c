"""The words of a sentence that answer, for questions whose own words tell what kind of thing is asked for."""

import re

from assistant.expecting import QUANTITIES

__all__ = ["focus"]

_UNIT = (
    r"(?: ?(?:%|°C|per ?cent|-?fold|times|[mµμnp]?(?:g|l|L|m|M|mol)(?:/[kmµμn]?[lLg])?|kDa|years?|months?|weeks?|days?"
    r"|hours?|minutes?|min|h|seconds?)(?!\w))?"
)
_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|half|twice|dozens?|hundreds?|thousands?|millions?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_YEAR = r"(?:1[5-9]|20)\d\d"
_NAME = r"(?:[A-Z][\w’'-]+|[A-Z]\.)"

_KINDS = (
    (  # when
        r"^(?:since )?when\b|\b(?:what|which) (?:\w+ )?(?:year|date|month|century|decade|day)\b",
        rf"\b(?:\d{{1,2}} )?{_MONTH} (?:\d{{1,2}},? )?{_YEAR}\b|\b{_YEAR}(?: {_MONTH}(?: \d{{1,2}})?)?(?!\w)",
    ),
    (  # how many
        rf"\bhow (?:many|much|long|often|old|far|large|big|high)\b|\b(?:what|which) (?:\w+ ){{0,3}}(?:{QUANTITIES})\b",
        rf"(?<![\w.,-])(?:\d+(?:[.,]\d+)*(?: ?[-–] ?\d+(?:[.,]\d+)*)?|(?:{_WORDS})\b){_UNIT}(?!\w)",
    ),
    (  # who
        r"^(?:who|whom|whose)\b|\bby whom\b|\bwhich (?:\w+ )?(?:author|researcher|scientist|investigator)s?\b",
        rf"\b{_NAME}(?: (?:{_NAME}|et al\.?|van|von|de))+",
    ),
)
_PATTERNS = tuple((re.compile(asks, re.IGNORECASE), re.compile(gives)) for asks, gives in _KINDS)


def focus(question: str, sentence: str) -> tuple[tuple[int, int], ...]:
    """Where a time, a quantity or a person stands in ``sentence``, if the question asks for such; else nothing.

    Offsets are code points of ``sentence``, end exclusive. What the question itself says is left out.
    """
    asked, said = question.strip(), question.casefold()
    gives = next((gives for asks, gives in _PATTERNS if asks.search(asked)), None)
    if gives is None:
        return ()
    return tuple(match.span() for match in gives.finditer(sentence) if match[0].casefold() not in said)
