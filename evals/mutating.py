"""Sentences changed in one thing, so that they say something else: what a judge of claims has to catch.

By rules, seeded, and only where the rule really changes what is said; None elsewhere. The word lists are this file's
own: none is shared with ``assistant/claims``, so that a judge is measured on words that it was not given.
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["MUTATIONS", "Material", "Mutation", "names_of"]


@dataclass(frozen=True, slots=True)
class Material:
    """What a mutation works with: the quotations behind the sentence, names that the corpus has, and chance."""

    quoted: str
    names: Sequence[str]
    chance: random.Random


Mutation = Callable[[str, Material], str | None]

_DENIALS = ("not", "never", "in no case", "not", "no longer", "not")
_AUXILIARY = re.compile(r"\b(is|are|was|were|can|has|have|had|will|may|might|could|should)\b(?! not\b| no\b|n't)")
_PAST = {
    "increased": "increase", "reduced": "reduce", "showed": "show", "improved": "improve", "induced": "induce",
    "inhibited": "inhibit", "enhanced": "enhance", "decreased": "decrease", "promoted": "promote", "caused": "cause",
    "resulted": "result", "led": "lead", "expressed": "express", "occurred": "occur", "developed": "develop",
    "received": "receive", "demonstrated": "demonstrate", "revealed": "reveal", "required": "require", "had": "have",
}  # fmt: skip
_DENIED = (
    (r"\b(was|were|is|are|did|does|do|has|have|had|can|could|may|will) not\b", r"\1"),
    (r"\bcannot\b", "can"),
    (r"\bno (?=significant|difference|effect|evidence|association|change|increase)", "a "),
    (r"\bwithout\b", "with"),
    (r"\bfailed to\b", "managed to"),
    (r"\bneither (.{3,40}?) nor\b", r"both \1 and"),
)
_NUMBER = re.compile(r"(?<![\w.,/^-])\d+(?:\.\d+)?(?![\w/^-]|[.,]\d)")
_SPELLED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "thirty")
_UNITS = (
    ("mg", "µg"), ("mg", "g"), ("µg", "mg"), ("μg", "ng"), ("ng", "pg"), ("kg", "g"), ("ml", "µl"), ("mL", "L"),
    ("mm", "cm"), ("cm", "m"), ("nm", "µm"), ("µm", "mm"), ("days", "weeks"), ("day", "week"), ("weeks", "months"),
    ("week", "month"), ("months", "years"), ("month", "year"), ("years", "months"), ("year", "day"),
    ("hours", "minutes"), ("hour", "minute"), ("h", "days"), ("minutes", "seconds"), ("min", "h"), ("%", "-fold"),
    ("fold", "%"), ("percent", "fold"), ("kcal", "cal"), ("nM", "mM"), ("mM", "µM"), ("°C", "°F"), ("mmHg", "kPa"),
    ("kDa", "Da"), ("Gy", "mGy"), ("IU", "mg"),
)  # fmt: skip
_SPECIES = [
    kinds.split()
    for kinds in (
        "mice rats rabbits pigs dogs sheep monkeys zebrafish hamsters goats cats horses ferrets chickens",
        "mouse rat rabbit pig dog sheep monkey hamster goat cat horse ferret chicken",
        "murine porcine canine ovine bovine equine feline human",
        "patients mice rats rabbits monkeys piglets dogs",
        "humans mice rats monkeys pigs",
        "women mice ewes men",
        "men women rats boars",
        "children adults mice pensioners",
        "yeast Drosophila zebrafish Arabidopsis",
        "infants adults rats",
    )
]
_SOURCES = (
    ("bone marrow", "adipose tissue", "umbilical cord", "dental pulp", "peripheral blood", "spleen"),
    ("adipose", "placental", "amniotic", "gingival", "synovial"),
    ("umbilical cord", "placenta", "bone marrow", "foreskin"), ("placenta", "endometrium", "bone marrow"),
    ("amniotic", "periosteal", "menstrual"), ("liver", "kidney", "pancreas", "lung"), ("kidney", "lung", "liver"),
    ("lung", "heart", "bladder"), ("heart", "liver", "retina"), ("brain", "liver", "skeletal muscle"),
    ("skin", "bone", "cornea"), ("hepatic", "renal", "cardiac"), ("renal", "hepatic", "splenic"),
    ("cardiac", "pulmonary", "renal"), ("pulmonary", "cardiac", "uterine"), ("breast", "prostate", "thyroid"),
    ("prostate", "ovarian", "breast"), ("colorectal", "pancreatic", "laryngeal"), ("gastric", "cervical", "renal"),
    ("neurons", "astrocytes", "myocytes"), ("macrophages", "mast cells", "neutrophils"), ("T cells", "B cells"),
    ("B cells", "NK cells"), ("neutrophils", "eosinophils"), ("fibroblasts", "hepatocytes", "keratinocytes"),
    ("keratinocytes", "melanocytes"), ("endothelial", "epithelial"), ("epithelial", "endothelial", "glial"),
    ("osteoblasts", "chondrocytes"), ("monocytes", "platelets"), ("hematopoietic", "neural"),
    ("mesenchymal", "embryonic", "epidermal"), ("embryonic", "adult"), ("dendritic", "mast"), ("muscle", "cartilage"),
)  # fmt: skip
_TURNS = (
    ("increased", "decreased", "diminished", "dwindled"), ("increase", "decrease", "decline", "dip"),
    ("increases", "decreases", "curbs"), ("increasing", "decreasing", "waning"), ("decreased", "increased", "soared"),
    ("decrease", "increase", "upsurge"), ("decreases", "increases", "raises"), ("reduced", "raised", "multiplied"),
    ("reduces", "raises", "increases"), ("reduce", "raise", "worsen"), ("reduction", "rise", "increment"),
    ("reducing", "raising", "intensifying"), ("higher", "lower", "poorer"), ("lower", "higher", "greater"),
    ("high", "low"), ("low", "high"), ("more", "less", "fewer"), ("less", "more"), ("greater", "smaller", "lesser"),
    ("larger", "smaller"), ("longer", "shorter", "briefer"), ("shorter", "longer"), ("stronger", "weaker"),
    ("promotes", "inhibits", "thwarts"), ("promote", "inhibit", "curtail"), ("promoted", "inhibited", "stifled"),
    ("promoting", "inhibiting"), ("inhibits", "promotes", "stimulates"), ("inhibit", "promote", "foster"),
    ("inhibited", "promoted", "spurred"), ("inhibition", "stimulation", "activation"),
    ("enhances", "impairs", "blunts"),
    ("enhanced", "impaired", "weakened"), ("enhance", "impair", "dull"), ("activates", "inactivates", "represses"),
    ("activated", "inactivated", "quenched"), ("activation", "inhibition", "silencing"), ("improved", "worsened"),
    ("improves", "worsens", "degrades"), ("improve", "worsen", "deteriorate"), ("improvement", "worsening", "decline"),
    ("suppresses", "stimulates", "fuels"), ("suppressed", "stimulated"), ("suppress", "boost", "amplify"),
    ("upregulated", "downregulated"), ("downregulated", "upregulated"), ("up-regulated", "down-regulated"),
    ("stimulates", "suppresses", "dampens"), ("blocked", "triggered", "enabled"), ("blocks", "permits"),
    ("prevents", "provokes", "causes"), ("prevent", "provoke"), ("prevented", "provoked"),
    ("accelerates", "slows", "postpones"), ("accelerated", "delayed", "slowed"), ("delayed", "hastened"),
    ("protects", "endangers", "harms"), ("elevated", "lowered", "depressed"), ("faster", "slower"), ("early", "late"),
    ("before", "after"), ("after", "before"), ("positive", "negative"), ("positively", "negatively", "inversely"),
    ("negatively", "positively"), ("safe", "unsafe", "hazardous"), ("effective", "ineffective", "useless"),
    ("beneficial", "harmful", "detrimental"), ("loss", "gain"), ("resistant", "sensitive", "susceptible"),
    ("sensitive", "resistant", "refractory"), ("survival", "death", "mortality"), ("worse", "better"),
    ("presence", "absence"), ("absence", "presence"), ("impaired", "improved", "intact"), ("rapid", "slow", "sluggish"),
    ("downstream", "upstream"), ("upstream", "downstream"), ("short", "long"), ("long", "short"),
    ("induces", "abolishes", "prevents"), ("induced", "abolished", "averted"), ("benign", "malignant"),
    ("acute", "chronic"), ("chronic", "acute"), ("allogeneic", "autologous"), ("autologous", "allogeneic"),
    ("superior", "inferior"), ("similar", "dissimilar", "opposite"), ("common", "rare", "exceptional"),
)  # fmt: skip
_HEDGES = (
    (r"\b(?:may|might|could) (?=be\b)", "will certainly "), (r"\b(?:may|might|could) have\b", "has certainly"),
    (r"\b(?:may|might|could) (?!not\b|also\b)", "will "), (r"\bmay also\b", "also does"),
    (r"\b(suggest|suggests|suggested) that\b", "prove that"), (r"\bsuggest(?:s|ed|ing)? an? ", "establishes a "),
    (r"\b(?:appears?|seems?|appeared|seemed) to be\b", "is"), (r"\b(?:possibly|perhaps|probably|presumably) ", ""),
    (r"\bis likely to\b", "is bound to"), (r"\blikely (?!to\b)", "definitely "), (r"\bpotentially ", "invariably "),
    (r"\bputative\b", "established"), (r"\b(?:is|are) thought to\b", "is proven to"),
    (r"\bhypothesi[sz]e that\b", "know that"), (r"\bpropose that\b", "have proved that"),
)  # fmt: skip
_CAUSES = (
    (r"\b(?:is|was|were|are) (?:\w+ly )?(?:associated|correlated) with\b", ("leads to", "causes", "brings about")),
    (r"\b(?:is|was|were|are) (?:\w+ly )?(?:linked|related) to\b", ("causes", "triggers", "gives rise to")),
    (r"\bassociated with\b", ("caused by", "arising from", "provoked by")),
    (r"\b(?:correlated|correlates?) (?:\w+ly )?with\b", ("leads to", "drives", "provokes")),
    (r"\brisk factors? for\b", ("cause of", "origin of")),
    (r"\bassociations? (?:between|of) ([\w\s-]{3,40}?) (?:and|with)\b", (r"causation of \1 by",)),
    (r"\bpredict(?:s|ed)?\b", ("causes", "engenders")),
)  # fmt: skip
_AMOUNTS = (
    ("some", "all", "most"), ("most", "all", "few"), ("many", "all", "hardly any"), ("several", "all", "no"),
    ("majority", "minority"), ("minority", "majority"), ("often", "always", "rarely"), ("sometimes", "always"),
    ("usually", "always", "never"), ("frequently", "always", "seldom"), ("all", "some", "few"), ("both", "neither of"),
    ("rarely", "often"), ("few", "most", "plenty of"), ("only", "not only"), ("mainly", "exclusively"),
    ("primarily", "exclusively"), ("various", "all"), ("partially", "wholly"), ("partly", "wholly"),
    ("almost", "not nearly"), ("each", "hardly any"), ("multiple", "single"), ("numerous", "few"),
)  # fmt: skip
_ADDED = (
    " in pregnant women", " and doubles life expectancy", " without any side effects", " as the FDA has confirmed",
    " in athletes", " through quantum signalling", " at a lower price", " during winter", " in every hospital",
)  # fmt: skip
_PHRASE = r"[\w-]+(?: [\w-]+){0,2}?"
_VERSUS = re.compile(
    rf"\b(in|for|with|by|among) ({_PHRASE}) (than|compared (?:with|to)|versus) (?:in |for |with |by |among )?"
    rf"({_PHRASE})(?=[.,;(]|$)"
)
_THAN = re.compile(
    r"^(?:The )?([\w-]+(?: [\w-]+)?) ((?:is|are|was|were|has|have|had|showed|shows?) [^,;.()]{3,60}? than) "
    r"([\w-]+(?: [\w-]+)?)(?=[.,;]|$)"
)
_ACTS = (
    "inhibits|inhibit|inhibited|activates|activated|promotes|promoted|induces|induced|increases|increased|reduces"
    "|reduced|regulates|regulate|causes|caused|enhances|enhanced|suppresses|suppressed|stimulates|binds|targets"
    "|mediates|blocks|prevents|controls|impairs|drives|recruits|secretes|produce|produces|expresses|affects"
)
_ROLES = re.compile(rf"^(?:The )?([\w-]+(?: [\w-]+)?) ({_ACTS}) (?:the )?([\w-]+(?: [\w-]+)?)(?=[ .,;]|$)")
_PART = re.compile(r"(?:; |, (?:whereas|while|but|and)|\band\b|(?<=[a-z)%]{2})\.) (?=[a-zA-Z])|\.?\n")
_SUBJECT = re.compile(
    rf"((?:[\w-]+ ){{0,5}}?[\w-]+) ((?:{_ACTS}|is|are|was|were|has|had|showed|did|does|can|may|led)\b.{{12,}})"
)
_SAME_WORDS = "it they this these that which who there we their its those such to not"
_SAME = frozenset(_SAME_WORDS.split())
_NAME = re.compile(
    r"(?<![\w-])(?=[A-Za-z0-9-]*[A-Z0-9])[A-Za-z][A-Za-z0-9]*(?:-?[A-Za-z0-9]*[A-Z0-9][A-Za-z0-9]*)(?![\w-])"
)
_LOWER = re.compile(r"[a-z]")


def deny(sentence: str, material: Material) -> str | None:
    """Put "not" behind an auxiliary, or "did not" before a verb."""
    found = _one(_AUXILIARY.finditer(sentence), material)
    if found:
        return _replaced(sentence, found, f"{found[0]} {material.chance.choice(_DENIALS)}")
    verbs = re.finditer(rf"(?<=[a-z] )(?:{'|'.join(_PAST)})\b(?= (?:the|a|an|in|to|from|that)\b)", sentence)
    verb = _one(verbs, material)
    denial = material.chance.choice(("did not", "failed to", "did not"))
    return _replaced(sentence, verb, f"{denial} {_PAST[verb[0]]}") if verb else None


def affirm(sentence: str, material: Material) -> str | None:
    """Take the first denial out."""
    del material
    for pattern, plain in _DENIED:
        changed = re.sub(pattern, plain, sentence, count=1, flags=re.IGNORECASE)
        if changed != sentence:
            return changed
    return None


def change_number(sentence: str, material: Material) -> str | None:
    """Change a number's value; the new one stands in no quotation."""
    found = _one(_NUMBER.finditer(sentence), material)
    if found is None:
        return _spelled_otherwise(sentence, material)
    for _ in range(20):
        new = _other_digits(found[0], material.chance)
        if new not in material.quoted:
            return _replaced(sentence, found, new)
    return None


def _other_digits(number: str, chance: random.Random) -> str:
    place = chance.choice([place for place, char in enumerate(number) if char.isdigit()])
    digit = chance.choice([char for char in "123456789" if char != number[place]])
    return number[:place] + digit + number[place + 1 :]


def _spelled_otherwise(sentence: str, material: Material) -> str | None:
    found = _one(re.finditer(rf"\b(?:{'|'.join(_SPELLED)})\b(?!-)", sentence), material)
    others = [word for word in _SPELLED if word not in material.quoted.casefold()]
    return _replaced(sentence, found, material.chance.choice(others)) if found and others else None


def swap_numbers(sentence: str, material: Material) -> str | None:
    """Exchange two different numbers of the sentence: each stands in the quotation, for something else."""
    found = list(_NUMBER.finditer(sentence))
    pairs = [(one, two) for one, two in pairwise(found) if one[0] != two[0]]
    if not pairs:
        return None
    one, two = material.chance.choice(pairs)
    if re.fullmatch(r"\s?(?:,|and|or|±|\+/-|to)\s?", sentence[one.end() : two.start()]):
        return None
    return sentence[: one.start()] + two[0] + sentence[one.end() : two.start()] + one[0] + sentence[two.end() :]


def change_unit(sentence: str, material: Material) -> str | None:
    """Exchange the unit behind a number."""
    fitting = [
        (match, new)
        for old, new in _UNITS
        for match in re.finditer(rf"(?<=\d)[ -]?{re.escape(old)}(?![\w/])", sentence)
    ]
    if not fitting:
        return None
    match, new = material.chance.choice(fitting)
    gap = match[0][0] if match[0][0] in " -" and not new.startswith("-") else ""
    return _replaced(sentence, match, gap + new)


def change_name(sentence: str, material: Material) -> str | None:
    """Put another name of the same shape, which no quotation has, in a name's place."""
    fitting = [(match, others) for match in _NAME.finditer(sentence) if (others := _alike(match[0], material))]
    if not fitting:
        return None
    match, others = material.chance.choice(fitting)
    new = material.chance.choice(others)
    return re.sub(rf"(?<![\w-]){re.escape(match[0])}(?![\w-])", new, sentence)


def _alike(name: str, material: Material) -> list[str]:
    quoted = material.quoted.casefold()
    return [
        other
        for other in material.names
        if _shape(other) == _shape(name) and other.casefold() not in quoted and other.casefold() != name.casefold()
    ]


def _shape(name: str) -> tuple[bool, bool, bool, int]:
    return any(map(str.isdigit, name)), "-" in name, bool(_LOWER.search(name)), min(len(name), 5)


def swap_sides(sentence: str, material: Material) -> str | None:
    """Exchange what is compared."""
    del material
    found = _VERSUS.search(sentence)
    if found and found[2].casefold() != found[4].casefold():
        middle = sentence[found.end(2) : found.start(4)]
        return sentence[: found.start(2)] + found[4] + middle + found[2] + sentence[found.end() :]
    found = _THAN.search(sentence)
    return f"{found[3]} {found[2]} {found[1]}{sentence[found.end() :]}" if found else None


def swap_roles(sentence: str, material: Material) -> str | None:
    """Exchange who does it and to whom it is done."""
    del material
    found = _ROLES.search(sentence)
    if found is None or found[1].split()[-1] in {"which", "that", "and", "it", "we", "they"}:
        return None
    return f"{found[3]} {found[2]} {found[1]}{sentence[found.end() :]}"


def stitch(sentence: str, material: Material) -> str | None:
    """Say of the first part's subject what the quotation says of another part's, or another sentence's."""
    parts = [part for part in _PART.split(f"{sentence.rstrip(' .')}.\n{material.quoted}") if part.strip()]
    pairs = [(found, part) for part in dict.fromkeys(parts) if (found := _SUBJECT.match(part))]
    if len(pairs) < 2 or not sentence.startswith(pairs[0][1][:20]):
        return None
    (first, _), *others = pairs
    fitting = [
        (second, part) for second, part in others if second[1] != first[1] and second[1].split()[0].lower() not in _SAME
    ]
    if not fitting:
        return None
    second, part = material.chance.choice(fitting)
    return f"{first[1]} {part[second.start(2) :].rstrip(' .,;')}."


def add_something(sentence: str, material: Material) -> str | None:
    """Say one thing more, of which the quotations say nothing."""
    return sentence.rstrip(" .") + material.chance.choice(_ADDED) + "."


def _exchange(*groups: Sequence[str]) -> Mutation:
    """Exchange one of the words that stand first in a group for another of it that no quotation has."""

    def exchange(sentence: str, material: Material) -> str | None:
        fitting = [
            (match, others)
            for first, *rest in groups
            for match in re.finditer(rf"(?<![\w-]){re.escape(first)}(?![\w])", sentence, re.IGNORECASE)
            if (others := [word for word in rest if word.casefold() not in material.quoted.casefold()])
        ]
        if not fitting:
            return None
        match, others = material.chance.choice(fitting)
        new = material.chance.choice(others)
        return _replaced(sentence, match, new.capitalize() if match[0][0].isupper() else new)

    return exchange


def _rewrite(*rules: tuple[str, str | Sequence[str]]) -> Mutation:
    """Apply the first rule that fits."""

    def rewrite(sentence: str, material: Material) -> str | None:
        for pattern, plain in rules:
            new = plain if isinstance(plain, str) else material.chance.choice(plain)
            changed = re.sub(pattern, new, sentence, count=1)
            if changed != sentence:
                return changed
        return None

    return rewrite


def _one(found: Iterable[re.Match[str]], material: Material) -> re.Match[str] | None:
    matches = list(found)
    return material.chance.choice(matches) if matches else None


def _replaced(sentence: str, match: re.Match[str], new: str) -> str:
    return sentence[: match.start()] + new + sentence[match.end() :]


MUTATIONS: Mapping[str, Mutation] = {
    "number": change_number,
    "unit": change_unit,
    "negation added": deny,
    "negation dropped": affirm,
    "species": _exchange(*(group[place:] + group[:place] for group in _SPECIES for place in range(len(group)))),
    "cell source": _exchange(*_SOURCES),
    "name": change_name,
    "direction": _exchange(*_TURNS),
    "hedge dropped": _rewrite(*_HEDGES),
    "cause": _rewrite(*_CAUSES),
    "quantifier": _exchange(*_AMOUNTS),
    "sides swapped": swap_sides,
    "roles swapped": swap_roles,
    "numbers swapped": swap_numbers,
    "parts joined": stitch,
    "something added": add_something,
}


def names_of(texts: Iterable[str]) -> list[str]:
    """The names in texts that may take another's place, each once."""
    return list(dict.fromkeys(match[0] for text in texts for match in _NAME.finditer(text)))
