"""Sentences said otherwise, so that they mean the same: what a judge of claims must not reject.

As in ``evals/mutating.py`` by rules, where a rule is safe, with word lists of this file's own; None elsewhere.
"""

import re
from collections.abc import Callable, Mapping, Sequence

__all__ = ["REWORDINGS", "Rewording", "abbreviated"]

Rewording = Callable[[str, str], str | None]
"""From a sentence, and the text that it stands in, to what means the same."""

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_UNITS = (
    (r"(?<=\d) ?%(?![-–/])", " percent"), (r"(?<=\d) ?percent\b", "%"), (r"(?<=\d) per cent\b", "%"),
    (r"(?<=\d) ?mg\b(?!/)", " milligrams"), (r"(?<=\d) ?kg\b(?!/)", " kilograms"), (r"(?<=\d) ?h\b", " hours"),
    (r"(?<=\d) ?hours\b", " h"), (r"(?<=\d) ?min\b", " minutes"), (r"(?<=\d) ?minutes\b", " min"),
    (r"(?<=\d) ?mm\b", " millimetres"), (r"(?<=\d) ?(?:μ|µ)m\b", " micrometres"), (r"(?<=\d) ?m[lL]\b", " millilitres"),
    (r"(?<=\d)-fold\b", " fold"), (r"(?<=\d) years\b", " yr"), (r"(?<=\d) weeks\b", " wk"),
    (r"\b(two|three|four|five|ten)-?fold\b", r"\1 fold"),
)  # fmt: skip
_BRITISH = (
    (r"hematopo", "haematopo"), (r"tumor(?=s?\b)", "tumour"), (r"anemia", "anaemia"), (r"estrogen", "oestrogen"),
    (r"ischemi", "ischaemi"), (r"leukemi", "leukaemi"), (r"isch(?:ae)mi", "ischemi"), (r"signaling\b", "signalling"),
    (r"(?<=[a-z]{3})ization\b", "isation"), (r"(?<=[a-z]{3})izes?\b", "ise"), (r"(?<=[a-z]{3})ized\b", "ised"),
    (r"behavior", "behaviour"), (r"fetal\b", "foetal"), (r"esophag", "oesophag"), (r"edema\b", "oedema"),
    (r"\bcenter", "centre"), (r"pediatric", "paediatric"), (r"glycemi", "glycaemi"), (r"analyzed", "analysed"),
    (r"modeling", "modelling"), (r"labeled", "labelled"), (r"hemorrhag", "haemorrhag"), (r"fiber", "fibre"),
)  # fmt: skip
_SPELLINGS = (*_BRITISH, *((american, british) for british, american in (
    ("haematopo", "hematopo"), ("tumour", "tumor"), ("anaemia", "anemia"), ("ischaemi", "ischemi"), ("foetal", "fetal"),
    ("isation\\b", "ization"), ("ised\\b(?<!raised)(?<!comprised)", "ized"), ("behaviour", "behavior"),
)))  # fmt: skip
_MODIFIERS = re.compile(
    r"\b(?:very|strongly|markedly|dramatically|significantly|substantially|considerably|remarkably|clearly|robustly"
    r"|notably|greatly|also|further|importantly|interestingly|efficiently|rapidly|potently|directly) (?=[a-z])"
)
_OPENING = re.compile(
    r"^(?:Moreover|Furthermore|In addition|Additionally|However|Thus|Therefore|Here|Finally|Interestingly|Notably"
    r"|Importantly|In conclusion|Overall|Indeed|In summary|Taken together|Hence|Conversely), (?:we (?:show|found) that )?"
)
_REPORTED = re.compile(
    r"^(?:(?:Our|These|The|This) (?:results|findings|data|study|studies) (?:show|demonstrate|indicate|reveal)(?:s|ed)?"
    r"|We (?:show|found|demonstrate|report|find|observed|show here|demonstrated)) that "
)
_TAIL = re.compile(r"^(.{40,}?)(?:; |, (?:whereas|while|which|and|but) |, and (?:that|the) ).{15,}$", re.DOTALL)
_ASIDE = re.compile(r" \([^()]*\)(?=[ .,;])")
_FRONTED = re.compile(r"^(In|After|During|Among|At|By|With|Within) ([^,;.()]{4,60}), ([^.;:]+)\.?$")
_PASSIVE = {
    "inhibits": "is inhibited", "inhibited": "was inhibited", "induces": "is induced", "induced": "was induced",
    "promotes": "is promoted", "promoted": "was promoted", "regulates": "is regulated", "reduces": "is reduced",
    "reduced": "was reduced", "increases": "is increased", "increased": "was increased", "causes": "is caused",
    "enhances": "is enhanced", "enhanced": "was enhanced", "mediates": "is mediated", "blocks": "is blocked",
    "activates": "is activated", "controls": "is controlled", "stimulates": "is stimulated",
    "suppresses": "is suppressed", "improved": "was improved", "impairs": "is impaired", "targets": "is targeted",
}  # fmt: skip
_ACTIVE = re.compile(
    rf"^(?:The )?([\w-]+(?: [\w-]+){{0,2}}) ({'|'.join(_PASSIVE)}) (?:the )?([\w-]+(?: [\w-]+){{0,2}})\.?$"
)
_DEFINED = re.compile(r"((?:[\w-]+ ){1,7})\(([A-Z][A-Za-z0-9-]{1,9})\)")
_SYNONYMS = (
    (r"\bshowed that\b", "demonstrated that"), (r"\bdemonstrated that\b", "showed that"), (r"\butilized\b", "used"),
    (r"\bapproximately\b", "about"), (r"\babout (?=\d)", "approximately "), (r"\bwithin\b", "in"),
    (r"\bin order to\b", "to"), (r"\bbecause of\b", "due to"), (r"\bdue to\b", "because of"), (r"\bupon\b", "after"),
    (r"\bwhereas\b", "while"), (r"\bin contrast to\b", "unlike"), (r"\bcompared to\b", "compared with"),
    (r"\bcompared with\b", "versus"), (r"\bincreased\b", "elevated"), (r"\breduced\b", "decreased"),
    (r"\bdecreased\b", "lowered"), (r"\benhances\b", "increases"), (r"\bneeded\b", "required"),
    (r"\brequired\b", "necessary"), (r"\bleads to\b", "results in"), (r"\bresults in\b", "leads to"),
    (r"\bhowever\b", "but"), (r"\bpatients\b", "people"), (r"\bsubjects\b", "participants"), (r"\bseveral\b", "many"),
)  # fmt: skip


def as_it_is(sentence: str, text: str) -> str | None:
    """The sentence itself, its last stop gone."""
    del text
    return sentence.rstrip(" .")


def in_other_digits(sentence: str, text: str) -> str | None:
    """A small number in words, or one in words in digits."""
    del text
    digits = re.search(r"(?<![\w.,/^%-])([2-9]|1[0-2])(?= [a-z]{4,})(?! (?:and|to|or|percent)\b)", sentence)
    if digits:
        return sentence[: digits.start()] + _WORDS[int(digits[0])] + sentence[digits.end() :]
    spelled = re.search(rf"\b(?:{'|'.join(_WORDS[2:])})\b(?= [a-z])", sentence)
    if spelled is None:
        return None
    return sentence[: spelled.start()] + str(_WORDS.index(spelled[0])) + sentence[spelled.end() :]


def without_modifier(sentence: str, text: str) -> str | None:
    """An adverb of degree or an aside in parentheses left out."""
    del text
    return _changed(sentence, _MODIFIERS.sub("", sentence, count=1)) or _changed(sentence, _ASIDE.sub("", sentence))


def without_opening(sentence: str, text: str) -> str | None:
    """What leads to the statement left out: "Moreover, …", "We found that …"."""
    del text
    found = _changed(sentence, _REPORTED.sub("", _OPENING.sub("", sentence)))
    return found[0].upper() + found[1:] if found else None


def first_part(sentence: str, text: str) -> str | None:
    """The sentence up to a further clause, where that leaves a statement."""
    del text
    found = _TAIL.match(sentence)
    whole = (
        found
        and found[1].count("(") == found[1].count(")")
        and re.search(r"\b(?:is|are|was|were|ha[sd]|have)\b", found[1])
    )
    opens = re.match(r"(?:Although|While|Whereas|If|When|In|Because|Since|To|Despite|Among|After)\b", sentence)
    return f"{found[1]}." if found and whole and not opens else None


def at_the_end(sentence: str, text: str) -> str | None:
    """ "In mice, A did B." as "A did B in mice."."""
    del text
    found = _FRONTED.match(sentence)
    if found is None or "," in found[3]:
        return None
    main = found[3][0].upper() + found[3][1:]
    return f"{main} {found[1].lower()} {found[2]}."


def in_passive(sentence: str, text: str) -> str | None:
    """ "A inhibits B." as "B is inhibited by A."."""
    del text
    found = _ACTIVE.match(sentence)
    if found is None or found[3].split()[-1] in {"in", "of", "by", "to", "and", "the", "with", "as", "from"}:
        return None
    return f"{found[3][0].upper()}{found[3][1:]} {_PASSIVE[found[2]]} by {found[1]}."


def abbreviated(sentence: str, text: str) -> str | None:
    """A name by its abbreviation, or an abbreviation by its name, as the text defines it."""
    for name, short in _DEFINED.findall(text):
        long = _long_form(name.split(), short)
        if long and f"({short})" not in sentence:
            if re.search(rf"\b{re.escape(short)}\b", sentence):
                return re.sub(rf"\b{re.escape(short)}\b", long, sentence)
            if long in sentence:
                return sentence.replace(long, short)
    return None


def _long_form(words: Sequence[str], short: str) -> str | None:
    letters = short.rstrip("s").casefold()
    last = list(words)[-len(letters) :]
    fits = len(last) == len(letters) and all(
        word[0].casefold() == letter for word, letter in zip(last, letters, strict=True)
    )
    return " ".join(last) if fits else None


def _by_rules(rules: Sequence[tuple[str, str]], *, most: int) -> Rewording:
    def rewording(sentence: str, text: str) -> str | None:
        del text
        left, found = most, sentence
        for pattern, plain in rules:
            changed = re.sub(pattern, plain, found)
            if changed != found:
                left, found = left - 1, changed
            if not left:
                break
        return _changed(sentence, found)

    return rewording


def _changed(sentence: str, found: str) -> str | None:
    return found if found != sentence and len(found) > 20 else None


REWORDINGS: Mapping[str, Rewording] = {
    "as it is": as_it_is,
    "abbreviation": abbreviated,
    "unit spelled otherwise": _by_rules(_UNITS, most=1),
    "number in words or digits": in_other_digits,
    "British or American": _by_rules(_SPELLINGS, most=1),
    "modifier dropped": without_modifier,
    "opening dropped": without_opening,
    "first part only": first_part,
    "order changed": at_the_end,
    "passive": in_passive,
    "one synonym": _by_rules(_SYNONYMS, most=1),
}
