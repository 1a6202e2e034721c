"""Sentences that the layout broke in two, put together again where the grammar leaves one way only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

from index.models import Span
from index.segmenting.boundaries import ABBREVIATED
from index.segmenting.fitting import fit, is_acronym
from index.segmenting.labelling import Labelled
from index.segmenting.lines import ends_sentence, first_letter
from index.segmenting.patterns import BULLET, NUMBERED
from index.segmenting.words import COORDINATORS, DETERMINERS, FUNCTION_WORDS, PREPOSITIONS, words_of

__all__ = ["Fragments", "rejoin"]

_FEWEST_WORDS = 6
_REACH = 4000
_SKIPPED = 60
_NEAR = 6000
_MOST_GAPS = 5
_LAST_WORDS = 12
_LOOKED_AT = 600
_LINKING = 0.12


@dataclass(frozen=True, slots=True)
class Fragments:
    """A labelled block with the spans of its sentences, whole or broken."""

    block: Labelled
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Gap:
    """An open end, the open start that comes next, how well they fit, and whether they lie in one paragraph."""

    end: Span
    start: Span
    fit: int
    soft: bool


def rejoin(text: str, fragments: Sequence[Fragments]) -> dict[Span, Span]:
    """Which span goes on in which other; a span is at most once on either side and there are no circles."""
    gaps = list(_gaps(text, fragments))
    follows: dict[Span, Span] = {}
    for cluster in _clusters(gaps):
        follows.update(_assigned(text, cluster))
    return {end: start for end, start in follows.items() if not _leads_back(end, follows)}


def _gaps(text: str, fragments: Sequence[Fragments]) -> Iterator[_Gap]:
    running = [number for number, fragment in enumerate(fragments) if _is_running(text, fragment)]
    for before, after in pairwise(running):
        end, start = fragments[before].spans[-1], fragments[after].spans[0]
        soft = fragments[after].block.block.soft and after == before + 1
        if start.start - end.end > _REACH or not _is_passable(fragments[before + 1 : after]):
            continue
        if soft or (_is_open_end(text, end, fragments[before]) and _is_open_start(text, start, end, fragments[after])):
            yield _Gap(end, start, fit(end.cut(text), start.cut(text)), soft)


def _is_running(text: str, fragment: Fragments) -> bool:
    """Whether the block is prose and not what remains of a drawing: words, but hardly one that links them."""
    if fragment.block.label != "prose":
        return False
    start, end = fragment.spans[0].start, fragment.spans[-1].end
    words = [word for word in words_of(text[start : min(end, start + _LOOKED_AT)]) if len(word) > 1]
    if len(words) < _FEWEST_WORDS and ends_sentence(text[max(start, end - 40) : end]):
        return True
    linking = sum(word.lower() in FUNCTION_WORDS for word in words)
    return linking >= _LINKING * len(words)


def _is_passable(between: Sequence[Fragments]) -> bool:
    """Whether a sentence may go on behind these blocks: captions, headings and what the page layout adds."""
    return len(between) <= _SKIPPED and all(
        fragment.block.label in ("prose", "caption", "heading", "boilerplate", "metadata") for fragment in between
    )


def _is_item(fragment: Fragments) -> bool:
    return fragment.block.block.kind in ("item", "code", "row")


def _is_open_end(text: str, end: Span, fragment: Fragments) -> bool:
    tail = end.cut(text)
    words = words_of(tail)
    if not words or fragment.block.block.kind in ("code", "row") or tail[-1] in ":•|":
        return False
    last = words[-_LAST_WORDS:]
    if all(word.isdigit() for word in words[-2:]) or sum(word.isdigit() for word in last) > len(last) // 3:
        return False
    if ends_sentence(tail):
        return ABBREVIATED.search(tail[-40:]) is not None and words[-1].islower()
    hangs = words[-1].lower() in PREPOSITIONS | COORDINATORS | DETERMINERS or tail[-1] in ",-–"
    return hangs or (len(words) >= _FEWEST_WORDS and not _is_item(fragment))


def _is_open_start(text: str, start: Span, end: Span, fragment: Fragments) -> bool:
    if _is_item(fragment):
        return False
    head, tail = start.cut(text), end.cut(text)
    words = words_of(head)
    if not words or BULLET.match(head) or NUMBERED.match(head) or words[0].lower() in ("http", "https", "www"):
        return False
    if len(words) < _FEWEST_WORDS and not ends_sentence(head):
        return False
    hangs = words_of(tail)[-1].lower() in FUNCTION_WORDS or tail[-1] in ",-–"
    if is_acronym(words[0]):
        return hangs
    return first_letter(head).islower() and (head[0].isalpha() or head[0] in "“‘\"'([")


def _clusters(gaps: Sequence[_Gap]) -> Iterator[list[_Gap]]:
    """Gaps that fit stand alone; doubtful ones close to each other are looked at together."""
    cluster: list[_Gap] = []
    for gap in gaps:
        if gap.fit > 0:
            yield [gap]
            continue
        if cluster and (gap.end.end - cluster[-1].end.end > _NEAR or len(cluster) == _MOST_GAPS):
            yield cluster
            cluster = []
        cluster.append(gap)
    if cluster:
        yield cluster


def _assigned(text: str, cluster: Sequence[_Gap]) -> dict[Span, Span]:
    """The one assignment of ends to starts that fits best, file order first among equals; none where it is unclear."""
    in_order = {gap.end: gap.start for gap in cluster if gap.fit >= 0 or (gap.soft and len(cluster) == 1)}
    if len(cluster) == 1 or all(gap.fit >= 0 for gap in cluster):
        return in_order
    scores = [[fit(gap.end.cut(text), other.start.cut(text)) for other in cluster] for gap in cluster]
    orders = list(permutations(range(len(cluster))))
    totals = [sum(row[column] for row, column in zip(scores, order, strict=True)) for order in orders]
    best = max(totals)
    order = orders[totals.index(best)]
    clear = totals.count(best) == 1 and all(row[column] > 0 for row, column in zip(scores, order, strict=True))
    if totals[0] >= best or not clear:
        return in_order
    return {cluster[row].end: cluster[column].start for row, column in enumerate(order)}


def _leads_back(end: Span, follows: dict[Span, Span]) -> bool:
    """Whether following the joins from ``end`` comes round to it again."""
    at = follows.get(end)
    while at is not None and at != end:
        at = follows.get(at)
    return at == end
