"""What is asked: the question as it is searched, its terms, and what else says them."""

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from assistant.spelling import correct, is_english
from assistant.subjects import asked_about, not_named
from index.abbreviations import Definition
from index.lexical import LexicalIndex, Ways
from index.reading import Snapshot
from index.tokenizing import content_words, terms

__all__ = ["Understood", "asked_words", "understand", "ways_of"]

FRAMING = frozenset(
    {
        "abbreviation",
        "acronym",
        "define",
        "definition",
        "describe",
        "exist",
        "exists",
        "explain",
        "give",
        "list",
        "long",
        "many",
        "mean",
        "meaning",
        "means",
        "meant",
        "much",
        "name",
        "please",
        "show",
        "stand",
        "stands",
        "tell",
    }
)
"""Words that ask, and that an answer need not repeat: "what does … stand for", "how long …"."""
MEANINGS = 2
"""Of an abbreviation, or abbreviations of a name, that are searched for: those that most passages define."""
LONGEST_NAME = 8
"""Words of a name that may have an abbreviation."""
ABOUT_A_PUBLICATION: Mapping[str, str] = {
    "an identifier": r"PMID|PMCID|DOI|ISBN|ISSN|ORCID",
    "where it appeared": r"journal|publisher|page range|which (?:volume|pages?|issue)|pages? numbers?"
    r"|volumes? and (?:pages?|issue|number)|(?:first|last) page",
    "when it appeared": r"published|publication date|(?:year|date) of publication|ahead of print|copyright",
    "who made it": r"who (?:wrote|authored|edited|published|reviewed)|(?:co-?)?authors?|editors?|corresponding"
    r"|affiliations?|affiliated|which (?:\w+ )?(?:university|institution|institute|department|hospital)",
    "what it costs": r"prices?|e-?book|hardcover|softcover|paperback|shipping|subscription",
    "what it declares": r"keywords?|(?:conflicts? of|competing) interests?|financial (?:interests?|stakes?)"
    r"|disclosures?|funding|funded by|licen[cs]ed?",
}
"""Words of questions about a text rather than its subject: front matter, references and shop pages answer those."""
_ABOUT_A_PUBLICATION = re.compile(rf"\b(?:{'|'.join(ABOUT_A_PUBLICATION.values())})\b", re.IGNORECASE)
_NAME = re.compile(r"[^\W_](?=[^\s?]*[A-Z\d])[^\s?,;:()]*[^\W_]")
_ASKS_MEANING = re.compile(
    r"\bstands? for\b|\babbreviat|\bacronym|\bfull (?:name|form)\b|\bshort for\b"
    r"|\b(?:do|does) .* mean\b|\bmeaning of\b|\bmeant by\b",
    re.IGNORECASE,
)
_ASKS_WHAT_IT_IS = re.compile(r"\bwhat(?:'s| is| are) (?:an? |the )?(\S+?)\s*\?*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is searched; ``corrected`` says whether that is not how it was asked.

    ``weights`` are those of its terms, ``ways`` what else says them, and ``definitions`` those that it asks for;
    ``about_a_publication`` says whether it is about a text rather than its subject. ``names`` are words with a capital
    or a digit behind their first letter (VEGF, IL-6, hMSCs), ``subjects`` the species, tissues and cells it is about.
    """

    text: str
    corrected: bool
    weights: Mapping[str, float]
    ways: Ways
    definitions: frozenset[Definition]
    about_a_publication: bool
    names: tuple[str, ...]
    subjects: tuple[str, ...] = ()

    def covered_by(self, found: Collection[str]) -> float:
        """The share, in [0, 1], of the weight of the question's terms that these terms say, in whatever way."""
        said = sum(weight for term, weight in self.weights.items() if self.says(found, term))
        return said / (sum(self.weights.values()) or 1.0)

    def unsaid(self, found: Collection[str]) -> list[str]:
        """The names that these terms do not say, in whatever spelling."""
        return [name for name in self.names if not any(self.says(found, term) for term in terms(name))]

    def not_about(self, found: Collection[str]) -> tuple[str, ...]:
        """The subjects that these terms do not name."""
        return tuple(not_named(self.subjects, lambda term: self.says(found, term)))

    def says(self, found: Collection[str], term: str) -> bool:
        """Whether these terms say a term of the question, in whatever way."""
        return term in found or any(way.issubset(found) for way in self.ways.get(term, ()))


def understand(question: str, snapshot: Snapshot) -> Understood:
    """Read a question with the words, and the abbreviations, that the documents have."""
    lexical = snapshot.derived.lexical
    asked = question.strip()
    text = correct(asked, lexical)
    found = dict.fromkeys(term for word in asked_words(text) for term in terms(word))
    shorts, longs = list(_meanings(text, lexical)), list(_abbreviations(text, lexical))
    return Understood(
        text=text,
        corrected=text != asked,
        weights={term: _weight(term, lexical) for term in found},
        ways=_ways(shorts, longs),
        definitions=_asked_for(text, [pair for _, pair in shorts], [pair for _, pair in longs]),
        about_a_publication=_ABOUT_A_PUBLICATION.search(text) is not None,
        names=tuple(dict.fromkeys(match[0] for match in _NAME.finditer(text))),
        subjects=asked_about(frozenset(terms(text))),
    )


def ways_of(text: str, snapshot: Snapshot) -> Ways:
    """What else says the terms of a text: an abbreviation or its meaning, as the documents define them."""
    lexical = snapshot.derived.lexical
    return _ways(list(_meanings(text, lexical)), list(_abbreviations(text, lexical)))


def asked_words(question: str) -> list[str]:
    """The words of a question that its answer may be expected to contain, or to be about."""
    return [word for word in content_words(question) if word not in FRAMING]


def _weight(term: str, lexical: LexicalIndex) -> float:
    """BM25's idf: log(1 + (N - n + 0.5) / (n + 0.5)), in n of N passages."""
    count = lexical.passages_with(term)
    return math.log(1 + (lexical.passages - count + 0.5) / (count + 0.5))


def _meanings(text: str, lexical: LexicalIndex) -> Iterator[tuple[tuple[str, ...], Definition]]:
    """The terms of each word that abbreviates something, and what it stands for."""
    for word in asked_words(text):
        found = tuple(terms(word))
        meant = [definition for term in found for definition, _ in lexical.meanings(term)[:MEANINGS]]
        if meant and not (word in text and is_english(word)):  # "age" is no abbreviation, AGE may be one
            for definition in meant:
                yield found, definition


def _abbreviations(text: str, lexical: LexicalIndex) -> Iterator[tuple[tuple[str, ...], Definition]]:
    """The terms of each name that has an abbreviation, and that; longer names first, no word in two of them."""
    words = [tuple(said) for word in asked_words(text) if (said := terms(word))]
    for length in range(min(LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            name = words[start : start + length]
            found = lexical.abbreviations("_".join(word[0] for word in name)) if all(name) else []
            for definition, _ in found[:MEANINGS]:
                yield tuple(term for word in name for term in word), definition
            if found:
                words[start : start + length] = [()] * length


def _ways(
    shorts: Collection[tuple[tuple[str, ...], Definition]], longs: Collection[tuple[tuple[str, ...], Definition]]
) -> dict[str, list[frozenset[str]]]:
    ways: dict[str, list[frozenset[str]]] = {}
    said = [(found, frozenset(pair.long.split("_"))) for found, pair in shorts]
    said += [(found, frozenset([pair.short])) for found, pair in longs]
    for found, way in said:
        for term in found:
            ways.setdefault(term, []).append(way)
    return ways


def _asked_for(text: str, shorts: Collection[Definition], longs: Collection[Definition]) -> frozenset[Definition]:
    """The definitions that answer: of what is named either way where a meaning is asked for, else of "what is X?"."""
    if _ASKS_MEANING.search(text):
        return frozenset([*shorts, *longs])
    named = _ASKS_WHAT_IT_IS.search(text)
    wanted = set(terms(named[1])[:1]) if named else set()
    return frozenset(pair for pair in shorts if pair.short in wanted)
