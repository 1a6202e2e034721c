"""Sentence boundaries inside one block: nupunkt's, with its errors on scientific text repaired."""

import re
from collections.abc import Iterator

from index.models import Span

__all__ = ["ABBREVIATED", "LONGEST", "fold_spaces", "sentence_spans", "trimmed"]

LONGEST = 1500
"""Characters after which a stretch without a boundary is cut."""

_SPACE = re.compile(r"\s")

ABBREVIATED = re.compile(
    r"(?:\b(?:et al|i\.\s?e|e\.\s?g|viz|cf|vs|ca|approx|resp|incl|"
    r"[Ff]igs?|[Tt]abs?|[Ee]qs?|[Rr]efs?|[Ss]uppl|[Ss]upp|[Cc]hap|[Ss]ects?|Nos?|[Vv]ols?|pp|eds?|"
    r"Drs?|Profs?|Mrs?|Ms|St|Jr|Sr|Inc|Ltd|Co|Corp|Dept|Univ|"
    r"spp|subsp|var|str|sp|nov|"
    r"[ivsp]\.\s?[vcmopd]|a\.\s?k\.\s?a|q\.\s?[dih]\.?\s?[ds]?|w\.\s?r\.\s?t)"
    r"|(?<![\w.'’-])[A-Z]|(?<![\w.'’-])[A-Z]\.(?:\s?[A-Z]\.)*\s?[A-Z])\.\Z"
)
"""A full stop that belongs to the word before it and ends no sentence by itself."""

_MAY_END = re.compile(
    r"(?<![.A-Z])\b(?:[A-Z]|Inc|Ltd|Co|Corp|spp?|str|var|No|[ivsp]\.\s?[vcmopd]|q\.\s?[dih]\.?\s?[ds]?)\.\Z"
)
_OPENERS = (
    r"(?:The|This|These|Those|In|It|We|Our|However|Here|There|They|Thus|To|For|As|At|On|After|Although|Moreover|Also|"
    r"Furthermore|Therefore|When|While|Both|All|An|By|From|With|If|Because|Since|Conversely|Results?|Conclusions?|"
    r"CONCLUSIONS?|RESULTS|METHODS|[A-Z][a-z]+ly(?=,)),?\s"
)
_OPENS_SENTENCE = re.compile(_OPENERS)
_NOTE = r"(?:\[\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*\]|\(\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*\)|\d{1,3}(?:\s?[,–-]\s?\d{1,3})*)"
_NOTE_AFTER = re.compile(rf"\s*{_NOTE}(?:\s*\.)?(?=\s+[\"“‘(]?[A-Z]|\s*\Z)")
_MAY_STOP = re.compile(r"[.?!…。\]]")
_LISTED = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){0,3}|\(?[a-zA-Z]|[ivxIVX]{1,4})[.)]\Z")
_LABELLED = re.compile(
    r"(?:Supplement(?:ary|al)\s+|Extended Data\s+)?(?:Figures?|Figs?|Tables?|Scheme|Box|Chart|Plate|Appendix|Video)"
    r"\.?\s*(?:[A-Z]?\d{1,3}[A-Za-z]?|[IVX]{1,5})?\s?[.:|]?\Z",
    re.IGNORECASE,
)
_MISSED = re.compile(
    # a superscript number glued before or after the full stop: "transplantation1. Diseases", "reported.22,23 The"
    r"[^\W\d_][\w-]{0,30}\d{1,3}(?:[,–-]\d{1,3})*\.(?=\s+[\"“‘(\[]?[A-Z])"
    r"|[^\W\d_]{3}[)\]”’\"]?[.?!][)”’\"]?(?:\d{1,3}(?:[,–-]\s?\d{1,3})*|\[\d{1,3}(?:[,–-]\s?\d{1,3})*\])(?=\s+[A-Z])"
    # a unit: "the next 3 hr. Levels"
    r"|\d\s?(?:h|hr|hrs|min|sec|mg|g|kg|ml|mL|l|cm|mm|nm|kb|bp|kDa|kD|days?|years?|wk|mo|mM|nM)\.(?=\s+[A-Z][a-z]+\s)"
    # a full stop before a word that opens sentences: "in G2/M. In contrast"
    rf"|(?:[a-z]{{4}}|[A-Z])\.(?=\s+{_OPENERS})"
    # a bracketed title or note: "[Cortisone-resistant asthma] There is"
    rf"|\[[^\[\]]{{12,200}}\](?=\s+{_OPENERS})|\[see comments?\](?=\s+[A-Z])"
    # a lost space: "solid tumors.The main", "were found [9].However,"
    r"|(?:[a-z]{4}|[\])])\.(?=[A-Z][a-z]+[\s,])"
    # punctuation before a space and a citation: "… responses [51, 52] . The"
    r"|[\])]\s\.(?=\s+[A-Z])"
)


def fold_spaces(text: str) -> str:
    """The same number of characters with every white-space character a plain space."""
    return _SPACE.sub(" ", text)


def sentence_spans(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences of ``text[start:end]``, trimmed, in offsets of ``text``; none is much longer than LONGEST."""
    block = fold_spaces(text[start:end])
    begin = 0
    for stop in _boundaries(block):
        for piece in _cut_long(block, begin, stop):
            yield piece.shift(start)
        begin = stop


def trimmed(text: str, start: int, end: int) -> Span | None:
    """``text[start:end]`` without the white space around it, None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _boundaries(block: str) -> list[int]:
    """Ends of sentences, the end of the block last."""
    if not _MAY_STOP.search(block, 0, len(block) - 1):
        return [len(block)]
    from nupunkt import sent_spans  # loads its model at first use

    found = {stop for _, stop in sent_spans(block)}
    found.update(match.end() for match in _MISSED.finditer(block))
    kept: list[int] = []
    for stop in sorted(found):
        placed = _placed(block, stop, kept[-1] if kept else 0)
        if placed is not None and (not kept or placed > kept[-1]):
            kept.append(placed)
    if not kept or kept[-1] < len(block):
        kept.append(len(block))
    return kept


def _placed(block: str, stop: int, begin: int) -> int | None:
    """Where the boundary at ``stop`` really is, None when it is none."""
    while stop > begin and block[stop - 1] == " ":
        stop -= 1
    head = block[max(begin, stop - 40) : stop]
    tail = block[stop : stop + 60]
    if not tail.strip():
        return len(block) if len(block) - stop < 60 else stop
    if _is_false(head, tail.lstrip(), block[begin : min(stop, begin + 40)].strip() if stop - begin <= 40 else ""):
        return None
    note = _NOTE_AFTER.match(block, stop, min(len(block), stop + 60))
    if note and head[-1:] in ".?!" and not (head[-1:] == "." and _is_figure_like(head)):
        return note.end()
    return stop


def _is_false(head: str, tail: str, sentence: str) -> bool:
    if ABBREVIATED.search(head):
        return not (_MAY_END.search(head) and _OPENS_SENTENCE.match(tail))
    if sentence and (_LISTED.match(sentence) or _LABELLED.match(sentence)):
        return True
    word = tail.split(" ", 1)[0]
    return word[:1].islower() and word.isalpha() and word.islower()


def _is_figure_like(head: str) -> bool:
    return re.search(r"\b(?:no|nr|fig|eq|ref|vol|p)\.\Z", head, re.IGNORECASE) is not None


def _cut_long(block: str, start: int, end: int) -> Iterator[Span]:
    """The stretch whole, or cut at the last white space before LONGEST, or hard where there is none."""
    piece = trimmed(block, start, end)
    while piece and len(piece) > LONGEST:
        cut = block.rfind(" ", piece.start + LONGEST // 2, piece.start + LONGEST)
        cut = cut if cut > 0 else piece.start + LONGEST
        first = trimmed(block, piece.start, cut)
        if first:
            yield first
        piece = trimmed(block, cut, piece.end)
    if piece:
        yield piece
