"""Numbers with their units, as they are compared: 1,000 is 1000, 500 mg is 0.5 g, two-fold is 2-fold."""

import re
from collections.abc import Iterator
from decimal import Decimal, DecimalException
from typing import NamedTuple

__all__ = ["NUMBER_WORDS", "Quantity", "quantities"]

UNITS = """
mass 1: g, gram, grams, gm
mass 1000: kg, kilogram, kilograms, kilo, kilos
mass 0.001: mg, milligram, milligrams, mgs
mass 0.000001: µg, μg, ug, mcg, microgram, micrograms
mass 0.000000001: ng, nanogram, nanograms
mass 0.000000000001: pg, picogram, picograms
volume 1: l, litre, litres, liter, liters
volume 0.1: dl, decilitre, deciliter
volume 0.001: ml, millilitre, millilitres, milliliter, milliliters, cc, cm3
volume 0.000001: µl, μl, ul, microlitre, microlitres, microliter, microliters
length 1: m, metre, metres, meter, meters
length 0.01: cm, centimetre, centimetres, centimeter, centimeters
length 0.001: mm, millimetre, millimetres, millimeter, millimeters
length 0.000001: µm, μm, um, micron, microns, micrometre, micrometres, micrometer, micrometers
length 0.000000001: nm, nanometre, nanometres, nanometer, nanometers
length 1000: km, kilometre, kilometres, kilometer, kilometers
time 1: s, sec, secs, second, seconds
time 0.001: ms, millisecond, milliseconds
time 60: min, mins, minute, minutes
time 3600: h, hr, hrs, hour, hours
time 86400: d, day, days
time 604800: wk, wks, week, weeks
months 1: month, months, mo
months 12: y, yr, yrs, year, years
amount 1: mol, mole, moles, molar
amount 0.001: mm, mmol, millimole, millimoles, millimolar
amount 0.000001: µmol, μmol, umol, micromole, micromoles, micromolar
amount 0.000000001: nmol, nanomole, nanomoles, nanomolar
energy 1: cal, calorie, calories
energy 1000: kcal, kilocalorie, kilocalories
joule 1: j, joule, joules
joule 1000: kj, kilojoule, kilojoules
share 1: %, percent, percentage, pct
points 1: pp
fold 1: fold, folds, times
temperature 1: °c, celsius, c, °
kelvin 1: k, kelvin
fahrenheit 1: °f, fahrenheit
force 1: n, newton, newtons
pressure 1: pa, pascal, pascals
pressure 1000: kpa
pressure 1000000: mpa
mercury 1: mmhg
mass_da 1: da, dalton, daltons
mass_da 1000: kda, kilodalton, kilodaltons
bases 1: bp, nt
bases 1000: kb, kbp
dose 1: gy, gray
frequency 1: hz, hertz
frequency 1000: khz
frequency 1000000: mhz
speed 1: rpm
units 1: u, iu, unit, units
"""
"""A dimension, the factor to its plain unit, and what is written for it."""
_TEENS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen
"""
_TIES = "twenty thirty forty fifty sixty seventy eighty ninety"
COUNTS = {word: value for value, word in enumerate(_TEENS.split())}
TENS = {word: 10 * value for value, word in enumerate(_TIES.split(), 2)}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12}
PHRASES = (
    (r"\btwice\b", "2 fold"),
    (r"\bthrice\b", "3 fold"),
    (r"\bdoubl(?:e|ed|es|ing)\b(?!-)", "2 fold"),
    (r"\btripl(?:e|ed|es|ing)\b(?!-)", "3 fold"),
    (r"\bhalf(?! ?-? ?li[fv]e)\b", "50 %"),
    (r"\bper cent\b", "%"),
    (r"(?:%|\bpercent(?:age)?)[ -]?points?\b", "pp"),
    (r"\bdegrees? (?=c\b|celsius\b)", "°"),
    (r"° (?=[cf]\b)", "°"),
    (r"\ba (?=(?:hundred|thousand|million|billion|dozen)\b)", "1 "),
)
_PHRASES = tuple((re.compile(pattern), plain) for pattern, plain in PHRASES)
_COUNT = "|".join(COUNTS)
_TEN = "|".join(TENS)
_SPELLED = re.compile(rf"\b(?:(?:(?P<ten>{_TEN})(?:[ -](?P<one>{_COUNT}))?)|(?P<count>{_COUNT}))(?=fold\b|\b)")
_NUMBER = re.compile(
    r"(?<![\w.,^])(?<![^\W\d]-)(?<![^\W\d]/)(?P<sign>(?<=[\s(])-)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+)(?:\^(?P<exponent>-?\d{1,3})(?!\d))?"
)
_SCALE = re.compile(rf"[ -](?P<scale>{'|'.join(SCALES)})s?\b|\s?[x×*]\s?10\^(?P<exponent>-?\d{{1,2}})(?!\d)")
_UNIT = re.compile(r"\s?-?\s?(?P<unit>%|°[cf]?|[^\W\d_]+\d?)(?:\s?(?:/|\bper\b)\s?(?P<per>[^\W\d_]+))?")
_LINK = re.compile(r"\s?(?:-|to|and|or|,|,? (?:and|or)|±|\+/-|vs\.?|versus)\s?")
_UPPER = re.compile(
    r"(?:<|≤|(?:less|fewer|lower|smaller) than|up to|at most|no more than|below|under)\s?(?:or equal to )?\Z"
)
_LOWER = re.compile(r"(?:>|≥|(?:more|greater|higher|larger) than|at least|no less than|above|exceed\w*)\s?\Z")
_LONGEST_BOUND = 24


class Quantity(NamedTuple):
    """A number in plain units; the dimension is empty where no known unit follows.

    ``shown`` is how it was written; ``bound`` says whether it is a limit; ``start`` and ``end`` where its digits
    stand.
    """

    value: Decimal
    dimension: str
    bound: str
    shown: str
    start: int
    end: int

    @property
    def fact(self) -> tuple[Decimal, str, str]:
        """What must be the same."""
        return self.value, self.dimension, self.bound


def _units() -> dict[str, tuple[str, Decimal]]:
    found: dict[str, tuple[str, Decimal]] = {}
    for line in UNITS.strip().splitlines():
        head, _, names = line.partition(": ")
        dimension, factor = head.split()
        found |= {name: (dimension, Decimal(factor)) for name in names.split(", ") if name not in found}
    return found


_BY_NAME = _units()
NUMBER_WORDS = frozenset([*COUNTS, *TENS, *SCALES, *_BY_NAME, "twice", "thrice", "double", "doubled", "half"])
"""Words that belong to a number, which is compared as a whole."""


def quantities(folded: str) -> list[Quantity]:
    """The numbers of a text in the search view, in reading order; digits of a name (IL-6, CD34) are none of them."""
    text = in_digits(folded)
    return list(reversed(list(_sharing_units(text, list(_found(text))))))


def _found(text: str) -> Iterator[Quantity]:
    done = 0
    for match in _NUMBER.finditer(text):
        if match.start() >= done and (quantity := _quantity(text, match)) is not None:
            done = match.start() + len(quantity.shown)
            yield quantity


def in_digits(folded: str) -> str:
    """The text with numbers in digits, "percent" as a sign."""
    for pattern, plain in _PHRASES:
        folded = pattern.sub(plain, folded)
    return _SPELLED.sub(_spelled, folded)


def _spelled(match: re.Match[str]) -> str:
    ten, one, count = match["ten"], match["one"], match["count"]
    value = COUNTS[count] if count else TENS[ten] + (COUNTS[one] if one else 0)
    glued = match.string[match.end() : match.end() + 4] == "fold"
    return f"{value} " if glued else str(value)


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    value, end = Decimal(match["digits"].replace(",", "")), match.end()
    try:
        if match["exponent"]:
            value **= int(match["exponent"])
    except DecimalException:  # 0^-5
        return None
    if scale := _SCALE.match(text, end):
        value *= SCALES[scale["scale"]] if scale["scale"] else Decimal(10) ** int(scale["exponent"])
        end = scale.end()
    dimension, factor, end = _unit(text, end)
    if not dimension and text[end : end + 1].isalpha() and not text.startswith(("st", "nd", "rd", "th"), end):
        return None  # 3T3, 5HT
    value = value * factor * (-1 if match["sign"] else 1)
    return Quantity(value, dimension, _bound(text, match.start()), text[match.start() : end], *match.span())


def _unit(text: str, start: int) -> tuple[str, Decimal, int]:
    """The dimension of the unit that stands there, its factor, and where it ends; empty where there is none."""
    unit = _UNIT.match(text, start)
    if unit is None or unit["unit"] not in _BY_NAME:
        return "", Decimal(1), start
    dimension, factor = _BY_NAME[unit["unit"]]
    return (f"{dimension}/{unit['per']}", factor, unit.end()) if unit["per"] else (dimension, factor, unit.end())


def _bound(text: str, start: int) -> str:
    before = text[max(0, start - _LONGEST_BOUND) : start]
    return "at most" if _UPPER.search(before) else "at least" if _LOWER.search(before) else ""


def _sharing_units(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """From the last to the first: in "3-5 min" and "1, 2 and 3 days" the last unit is that of all."""
    start, dimension, factor = 0, "", Decimal(1)
    for quantity in reversed(found):
        if dimension and not quantity.dimension and _LINK.fullmatch(text, quantity.end, start):
            yield quantity._replace(value=quantity.value * factor, dimension=dimension)
        else:
            yield quantity
            dimension, factor, _ = _unit(text, quantity.end)
            dimension = quantity.dimension and dimension
        start = quantity.start
