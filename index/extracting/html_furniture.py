"""What of a web page stands around the document: told from landmarks, names and links, and never thrown away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.extracting.walking import Node, local_name, names_of

__all__ = ["Furnishing", "furniture_of", "is_hidden"]

_TAGS = frozenset({"nav", "button", "select", "textarea", "label", "menu"})
_ROLES = names_of(
    "navigation banner contentinfo search complementary dialog alertdialog alert menu menubar toolbar tablist button "
    "doc-toc"
)
_NAMES = names_of(
    "cookie cookies consent gdpr onetrust breadcrumb breadcrumbs nav navbar navigation menu sidebar sidenav footer "
    "share sharing social related recommended recommendations newsletter subscribe subscription advert advertisement "
    "ads banner promo pagination pager skip skiplink skipnav toolbar popup modal login signin toc masthead"
)
_REFERENCES = re.compile(
    r"(?:^|[\s_-])(?:ref-?list|references?|bibliography|citations?-list|reflist)(?:$|[\s_-])", re.IGNORECASE
)
_WORDS = re.compile(r"[\s_-]+|(?<=[a-z])(?=[A-Z])")
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_READ_OUT = re.compile(
    r"(?:^|\s)(?:(?:usa-|u-)?sr-only|visually-?hidden|screen-reader-text|katex-mathml)(?:$|\s)", re.IGNORECASE
)
_CONTENT = frozenset({"main", "article"})
_LINKED = 0.6
_FEWEST_LINKS = 3
_MAIN_SHARE = 0.4


@dataclass(slots=True)
class _Weight:
    """What an element holds: visible characters, those in links, links, headings of level 1, ends of sentences.

    ``inside`` is whether it lies in the document by its landmarks.
    """

    inside: bool = False
    text: int = 0
    linked: int = 0
    links: int = 0
    chief: int = 0
    sentences: int = 0

    def add(self, other: "_Weight") -> None:
        self.text += other.text
        self.linked += other.linked
        self.links += other.links
        self.chief += other.chief
        self.sentences += other.sentences


@dataclass(frozen=True, slots=True)
class Furnishing:
    """The elements of a page that hold furniture only, and those that are lists of references."""

    furniture: frozenset[Node]
    references: frozenset[Node]


def furniture_of(root: Node) -> Furnishing:
    """Look at every element once, the innermost first."""
    weights = _weights(root)
    whole = weights[root]
    mains = [
        node for node in weights if _is_main(node, weights[node]) and weights[node].text >= _MAIN_SHARE * whole.text
    ]
    around = _around(mains[0], weights) if len(mains) == 1 else set()
    references = frozenset(node for node in weights if _is_reference_list(node))
    named = {node for node, weight in weights.items() if _is_named_so(node, weight, whole) or _is_linked(node, weight)}
    return Furnishing(frozenset((named - references) | around), references)


def is_hidden(node: Node) -> bool:
    """Whether an element says itself that it is not to be seen."""
    if node.get("hidden") is not None or (local_name(node) == "dialog" and node.get("open") is None):
        return True
    return bool(_HIDDEN.search(node.get("style") or "")) or bool(_READ_OUT.search(node.get("class") or ""))


def _weights(root: Node) -> dict[Node, _Weight]:
    """The weight of every visible element, children before their parents."""
    weights: dict[Node, _Weight] = {}
    open_elements: list[tuple[Node, _Weight, Iterator[Node]]] = [(root, _Weight(), iter(root))]
    while open_elements:
        node, weight, children = open_elements[-1]
        child = next(children, None)
        if child is None:
            open_elements.pop()
            weights[node] = _closed(node, weight)
            if open_elements:
                open_elements[-1][1].add(weight)
        elif isinstance(child.tag, str) and local_name(child) not in ("script", "style") and not is_hidden(child):
            inside = weight.inside or _is_landmark(node)
            open_elements.append((child, _weight_of(child.text, inside=inside), iter(child)))
        if child is not None:
            weight.add(_weight_of(child.tail))
    return weights


def _weight_of(text: str | None, *, inside: bool = False) -> _Weight:
    if not text:
        return _Weight(inside)
    ends = text.count(". ") + text.rstrip().endswith(".")
    return _Weight(inside, text=sum(map(len, text.split())), sentences=ends)


def _closed(node: Node, weight: _Weight) -> _Weight:
    name = local_name(node)
    if name == "a" and node.get("href"):
        weight.linked, weight.links = weight.text, 1
    weight.chief += name == "h1"
    return weight


def _is_main(node: Node, weight: _Weight) -> bool:
    return _is_landmark(node) and not weight.inside


def _is_landmark(node: Node) -> bool:
    return local_name(node) in _CONTENT or node.get("role") == "main"


def _around(main: Node, weights: dict[Node, _Weight]) -> set[Node]:
    """What stands before and after the main element, its title apart."""
    found: set[Node] = set()
    node = main
    while (parent := node.getparent()) is not None:
        found.update(other for other in parent if other is not node and other in weights and not weights[other].chief)
        node = parent
    return found - {head for head in found if local_name(head) == "head"}


def _is_named_so(node: Node, weight: _Weight, whole: _Weight) -> bool:
    """Whether tag, role, class or id say so; nothing is furniture that holds the title or half of the page."""
    name = local_name(node)
    if name in ("html", "head", "body", "main", "a") or weight.chief or 2 * weight.text > whole.text:
        return False
    if name in _TAGS or (node.get("role") or "").lower() in _ROLES:
        return True
    if name in ("header", "footer", "aside") and not weight.inside:
        return True
    return name in ("div", "section", "ul", "ol", "aside", "header", "footer", "form", "p", "span") and _is_class_so(
        node
    )


def _is_class_so(node: Node) -> bool:
    named = f"{node.get('class') or ''} {node.get('id') or ''}"[:300]
    return not _NAMES.isdisjoint(word.lower() for word in _WORDS.split(named))


def _is_linked(node: Node, weight: _Weight) -> bool:
    """Whether an element is a list of links: hardly a word beside them, and no sentence.

    Inside the landmarks of the document it may be a list of publications.
    """
    if (
        weight.inside
        or local_name(node) not in ("ul", "ol", "div", "p", "table")
        or weight.links < _FEWEST_LINKS
        or weight.chief
    ):
        return False
    return weight.linked >= _LINKED * weight.text and weight.sentences <= 1


def _is_reference_list(node: Node) -> bool:
    if local_name(node) not in ("section", "div", "ol", "ul"):
        return False
    if node.get("role") in ("doc-bibliography", "doc-endnotes"):
        return True
    return bool(_REFERENCES.search(node.get("class") or "") or _REFERENCES.search(node.get("id") or ""))
