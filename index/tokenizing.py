"""From text to the terms that BM25 indexes: stems, and for names as biomedicine writes them, every other spelling.

An index and its questions go through the same functions, so a spelling rule needs to be consistent, not right.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import Stemmer  # an extension module without stubs

from index.views import search_view

__all__ = ["STOP_WORDS", "content_words", "terms", "words"]

_STOP_LIST = """
a about above after again all also although am among an and another any are as at be because been before being
between both but by can could did do does doing done down during each either else ever every few for from further
get give given gives had has have having he her here hers him his how however i if in into is it its itself just
like list may me might more most much must my name neither no nor not now of off on once one only or other our
out over own per please rather same say says shall she should show so some such tell than that the their them
then there therefore these they this those through thus to too under until up upon very was we were what whatever
when where whereas whether which while who whom whose why will with within without would you your
can't don't doesn't didn't isn't aren't wasn't weren't it's that's there's what's who's where's how's let's
"""
STOP_WORDS = frozenset(_STOP_LIST.split())
"""English words that say how a question is asked rather than what about; not ``us``, which is a country as well."""

_GREEK_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega"
)
_GREEK = dict(zip(_GREEK_LETTERS, _GREEK_NAMES.split(), strict=True))
_LONGEST_WORD = 64

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u20d0-\u20dc"
)
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"  # each character counts as a word
_ATOM = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])+"
_WORD = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![^\W_])"  # 5,685
    r"|\d+\.\d+(?![^\W_])"  # 0.05
    r"|\d+\^-?\d+(?![^\W_])"  # 10^6, which the source wrote with a raised 6
    rf"|{_ATOM}(?:[-/']{_ATOM})*\+?"  # il-6, and/or, crohn's, cd34+
    rf"|[{_UNSPACED}]"
)
_NUMBER_SIGNS = frozenset(",.^")
_CONNECTORS = re.compile(r"[-/']")
_DIGIT = re.compile(r"\d")
_TWO_LETTERS = re.compile(r"[^\W\d_].*[^\W\d_]")
_ANY_GREEK = r"[\u0370-\u03ff\u1f00-\u1fff]"
_SHORT_GREEK = re.compile(rf"(?<!{_ANY_GREEK})[\u03b1-\u03c9]{{1,2}}(?!{_ANY_GREEK})")
_GLUED_LIST = re.compile(r"(.*[^\W\d_]{4}\d{1,3})(?:-\d{1,3})+")
_GLUED_WORD = re.compile(r"([^\W\d_]{4,})\d{1,3}")
_GLUED_NAME = re.compile(r"(?!mir|let|cd\d{3}$)([^\W\d_]{1,3})(\d{3,5})")
_ABBREVIATIONS = re.compile(r"[b-df-hj-np-tv-xz]+[b-df-hj-np-rtv-xz]s")

_stemmers = threading.local()


def words(text: str) -> list[str]:
    """The words of the search view in reading order, unstemmed; a compound (il-6, and/or) is one word."""
    return _WORD.findall(search_view(text).text)


def content_words(text: str) -> list[str]:
    """The words that are no stop words, each once, by first appearance."""
    return [word for word in dict.fromkeys(words(text)) if word not in STOP_WORDS]


def terms(text: str) -> list[str]:
    """What BM25 indexes and looks up: each word's stem and other spellings, in reading order, stop words left out.

    Two spellings of one thing share at least one term:

    - a compound gives its joined form, the stems of its parts of two letters or more, and each name in it with its
      number (il-6: il6, il; stat-3-mediated: stat3mediated, stat, mediat, stat3);
    - Greek letters are spelled out (tgf-β1: tgfbeta1, tgf, beta1), accents of Latin words dropped;
    - a reference number glued to a word of four letters or more comes off as well (secretome24: secretom), and
      glued to a name of up to three letters too: its last two digits (il-1022: il10), of three digits also the
      last one (il-622: il6, il62), but not of names that are really numbered past 99 (cd105, mir-155);
    - a cell marker is found with and without its plus (cd34+: cd34+, cd34).
    """
    return [term for word in words(text) for term in _expand(word)]


def _expand(word: str) -> tuple[str, ...]:
    """The terms of one word, each once; a word too long to be one stays as it is and is kept out of the cache."""
    return (word,) if len(word) > _LONGEST_WORD else _expand_short(word)


@lru_cache(maxsize=131072)
def _expand_short(word: str) -> tuple[str, ...]:
    return () if word in STOP_WORDS else tuple(dict.fromkeys(_spellings(_plain(word))))


def _plain(word: str) -> str:
    """The word with Greek letters by name, and without accents if that leaves nothing but ASCII."""
    if word.isascii():
        return word
    spelled = _SHORT_GREEK.sub(lambda match: "".join(_GREEK[letter] for letter in match[0]), word)
    bare = "".join(char for char in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(char))
    return bare if bare.isascii() and bare[:1].isalnum() else spelled


def _spellings(word: str) -> Iterator[str]:
    if not _NUMBER_SIGNS.isdisjoint(word):
        yield word.replace(",", "")
        return
    if word.endswith("+"):
        yield _CONNECTORS.sub("", word)
        word = word[:-1]
    if listed := _GLUED_LIST.fullmatch(word):
        word = listed[1]
    parts = _CONNECTORS.split(word.removesuffix("'s"))
    if all(part.isdigit() or part in STOP_WORDS for part in parts):
        yield from filter(str.isdigit, parts)
        return
    yield from _simple("".join(parts))
    for part in parts:
        if part not in STOP_WORDS and _TWO_LETTERS.search(part):
            yield from _simple(part)
    for name, number in pairwise(parts):
        if name.isalpha() and _DIGIT.search(number):
            yield from _simple(name + number)


def _simple(word: str) -> Iterator[str]:
    """The stem of a word without connectors, and what remains of it when a glued reference number comes off."""
    yield _stem(word)
    if glued := _GLUED_WORD.fullmatch(word):
        yield _stem(glued[1])
    elif name := _GLUED_NAME.fullmatch(word):
        letters, digits = name.groups()
        yield letters + digits[:-2]
        if len(digits) == len("622"):
            yield letters + digits[:-1]


def _stem(word: str) -> str:
    """The English stem of an ASCII word, any other as it is; the plural of an abbreviation (mscs) loses its s."""
    if not (word.isascii() and word.isalpha()):
        return word
    if _ABBREVIATIONS.fullmatch(word):
        return word[:-1]
    if not hasattr(_stemmers, "english"):  # one for each thread: a PyStemmer object must not be shared
        _stemmers.english = Stemmer.Stemmer("english")
    return str(_stemmers.english.stemWord(word))
