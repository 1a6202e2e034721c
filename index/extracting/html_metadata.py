"""What a web page states of itself: its meta elements, linked data and links."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from index.extracting.gathering import clean
from index.extracting.walking import Node, local_name

__all__ = ["PageFacts", "page_facts"]

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_SAVED = re.compile(r"saved from url=\(\d+\)(\S+)|\burl:\s*(https?://\S+)")
_PMCID = re.compile(r"PMC\d+", re.IGNORECASE)
_LONGEST = 1000
_MOST_AUTHORS = 500
_KEYS: Mapping[str, Sequence[str]] = {
    "title": ("citation_title", "dc.title", "dcterms.title", "ld:title", "og:title", "twitter:title"),
    "authors": ("citation_author", "citation_authors", "dc.creator", "dcterms.creator", "ld:author", "author"),
    "year": (
        "citation_publication_date",
        "citation_date",
        "citation_year",
        "citation_online_date",
        "prism.publicationdate",
        "dc.date",
        "dcterms.issued",
        "ld:date",
        "article:published_time",
        "date",
    ),
    "journal": ("citation_journal_title", "prism.publicationname", "ld:journal"),
    "publisher": ("citation_publisher", "dc.publisher", "og:site_name"),
    "doi": ("citation_doi", "prism.doi", "dc.identifier", "dcterms.identifier", "ld:doi"),
    "pmid": ("citation_pmid", "ncbi_article_id"),
    "pmcid": ("citation_pmcid",),
    "licence": ("dc.rights", "dcterms.license", "ld:licence"),
    "url": ("link:canonical", "og:url", "citation_public_url", "citation_fulltext_html_url", "comment:saved"),
}
"""Where each fact may stand, the most reliable place first."""
_ARTICLES = re.compile(r"Article|Posting|Report|Thesis|Book|WebPage")


class PageFacts(NamedTuple):
    """The document's title where the page states it, what its window is called, and metadata as a Reading has it."""

    title: str | None
    window: str | None
    metadata: dict[str, str]


def page_facts(root: Node) -> PageFacts:
    """All that the page says of itself, as strings."""
    stated: dict[str, list[str]] = {}
    for name, value in _statements(root):
        said = " ".join(clean(value).split())
        if 0 < len(said) <= _LONGEST and len(values := stated.setdefault(name, [])) < _MOST_AUTHORS:
            values.append(said)
    found = {key: _first(key, [stated[name] for name in names if name in stated]) for key, names in _KEYS.items()}
    title = found.pop("title")
    named = next(iter(stated.get("title", ())), None)
    return PageFacts(title, named, {key: value for key, value in found.items() if value})


def _first(key: str, groups: Sequence[Sequence[str]]) -> str | None:
    return next(filter(None, (_fact(key, values) for values in groups)), None)


def _fact(key: str, values: Sequence[str]) -> str | None:
    """What the values of one name make of a fact; None where they are of no use."""
    if key == "authors":
        return "; ".join(dict.fromkeys(name.strip() for value in values for name in value.split(";") if name.strip()))
    if key == "url":
        return next((value for value in values if _is_web_address(value)), None)
    pattern = {"year": _YEAR, "doi": _DOI, "pmcid": _PMCID}.get(key)
    if pattern:
        found = next(filter(None, map(pattern.search, values)), None)
        return found.group().rstrip(".,;)") if found else None
    return values[0]


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _statements(root: Node) -> Iterator[tuple[str, str]]:
    for node in root.iter():
        name = local_name(node)
        if name == "meta":
            yield (node.get("name") or node.get("property") or "").lower(), node.get("content") or ""
        elif name == "link" and "canonical" in (node.get("rel") or "").lower().split():
            yield "link:canonical", node.get("href") or ""
        elif name == "title" and local_name(node.getparent()) == "head":
            yield "title", node.text or ""
        elif name == "script" and node.get("type") == "application/ld+json":
            yield from _linked_data(node.text or "")
    yield from _saved_from(root)


def _saved_from(root: Node) -> Iterator[tuple[str, str]]:
    """The address in the comment that a browser puts at the top of a page that it saves."""
    comments = [*root.itersiblings(preceding=True), *root[:1], *(root[0][:3] if len(root) else ())]
    for node in comments:
        found = None if isinstance(node.tag, str) else _SAVED.search((node.text or "")[:_LONGEST])
        if found:
            yield "comment:saved", found.group(1) or found.group(2)


def _linked_data(text: str) -> Iterator[tuple[str, str]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    graph = data.get("@graph", data) if isinstance(data, dict) else data
    for entry in graph if isinstance(graph, list) else [graph]:
        if isinstance(entry, dict) and _ARTICLES.search(str(entry.get("@type", ""))):
            yield from _entry(entry)


def _entry(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for author in _names(entry.get("author")):
        yield "ld:author", author
    yield from (("ld:title", name) for key in ("headline", "name") for name in _names(entry.get(key)))
    yield from (("ld:date", date) for date in _names(entry.get("datePublished")))
    yield from (("ld:licence", name) for name in _names(entry.get("license")))
    yield from (("ld:journal", name) for name in _names(entry.get("isPartOf")))
    for key in ("sameAs", "identifier", "@id"):
        yield from (("ld:doi", value) for value in _names(entry.get(key)) if _DOI.search(value))


def _names(value: object) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        name = each.get("name") if isinstance(each, dict) else each
        if isinstance(name, str):
            yield name
