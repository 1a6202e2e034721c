"""Whether a text could hold the kind of answer that a question asks for: a quantity, or a time.

The questions are told narrowly, what answers them widely: a text lacks a quantity when no number stands in it that the
question does not have, in digits or in words.
"""

import re
from collections.abc import Iterable
from typing import Literal

__all__ = ["QUANTITIES", "Kind", "lacks_kind"]

Kind = Literal["number", "date"]

QUANTITIES = (
    "number|percentage|percent|proportion|fraction|share|dose|dosage|concentration|rate|ratio|age|duration|size|length"
    "|amount|volume|temperature|weight|height|width|diameter|cost|price|prevalence|incidence|frequency|half-life"
)
_TIMES = "year|date|month|century|decade|day"
_LINKS = (
    "am|is|are|was|were|be|do|does|did|has|have|had|can|could|may|might|must|will|would|shall|should|and|or|of|in|on"
    "|for|to|with|by"
)
_UNITS = "hours?|minutes?|days?|weeks?|months?|years?|daily|weekly|monthly|yearly|hourly|annual(?:ly)?"
_COUNTS = (
    "no|none|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    "|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|half|twice|doubl(?:e|es|ed|ing)|tripl(?:e|es|ed|ing)|thirds?"
    "|quarters?|single|dozens?|hundreds?|thousands?|millions?|billions?|percent|per cent|\\w+fold"
)
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_KINDS: tuple[tuple[Kind, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            rf"^(?:since )?when (?:was|were|did|had|has|have)\b|\b(?:what|which) (?:[\w-]+ )?(?:{_TIMES})\b",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\b(?:1\d|20)\d\d(?!\d)|\b(?:in|of|by|since|AD|from|until|around) \d{{3}}\b|\b{_MONTHS}\b"
            r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b\d\d?(?:st|nd|rd|th) century"
            r"|\b(?:spring|summer|autumn|winter|today|yesterday|after|before|during|since|until|once|when)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "number",
        re.compile(
            r"\bhow (?:many|much|long|often|old|far|large|big|high|soon|late|early|tall|heavy|deep|wide|fast)\b"
            rf"|\b(?:what|which) (?:(?!(?:{_LINKS})\b)[\w-]+ ){{0,3}}(?:{QUANTITIES})\b"
            rf"|^(?:the )?(?:{QUANTITIES}) of\b",
            re.IGNORECASE,
        ),
        re.compile(rf"(?<![\w.,-])\d[\d.,]*|\b(?:{_COUNTS}|{_UNITS})\b", re.IGNORECASE),
    ),
)
_REFERENCE = re.compile(r"\[[\d,–\s-]+\]")


def lacks_kind(question: str, texts: Iterable[str]) -> Kind | None:
    """What the question asks for, if none of the texts has any; None where one has, or where it asks for neither."""
    for kind, asks, gives in _KINDS:
        if asks.search(question.strip()):
            said = set(gives.findall(question.casefold()))
            found = (set(gives.findall(_REFERENCE.sub("", text).casefold())) for text in texts)
            return None if any(given - said for given in found) else kind
    return None
