"""What an article in JATS states of itself."""

import re
from collections.abc import Iterator, Mapping

from index.extracting.gathering import clean
from index.extracting.walking import INLINE, Node, inline_text, local_name

__all__ = ["article_metadata", "byline", "publication_line"]

_COMMONS = re.compile(r"creativecommons\.org/(?:licenses/([a-z-]+)/(\d\.\d)|publicdomain/zero)", re.IGNORECASE)
_YEARS = ("collection", "ppub", "pub", "epub", "epub-ppub", "")
"""Which of an article's dates is the year that it is cited by, the most usual first."""
_HREF = "{http://www.w3.org/1999/xlink}href"


def article_metadata(article: Node) -> dict[str, str]:
    """Title, authors, year, journal, publisher, identifiers and licence, as far as they are stated."""
    meta = _first(article, "article-meta", "front-stub")
    if meta is None:
        return {}
    identifiers = _identifiers(meta)
    found = {
        "title": _text(_first(meta, "article-title")),
        "authors": "; ".join(_names(meta, inverted=True)),
        "year": _year(meta),
        "journal": _text(_first(article, "journal-title")),
        "publisher": _text(_first(article, "publisher-name")),
        "doi": identifiers.get("doi", ""),
        "pmid": identifiers.get("pmid", ""),
        "pmcid": _pmcid(identifiers),
        "licence": _licence(meta),
        "url": _url(meta),
    }
    return {key: value for key, value in found.items() if value}


def byline(group: Node) -> str:
    """The contributors of a group as they are printed, "Given Family, Given Family"."""
    return ", ".join(_names(group, inverted=False))


def publication_line(article: Node) -> str:
    """Journal, year, volume, DOI and PMID of an article on one line."""
    stated = article_metadata(article)
    meta = _first(article, "article-meta", "front-stub")
    volume = next((_text(node) for node in meta if local_name(node) == "volume"), "") if meta is not None else ""
    doi = f"doi: {stated['doi']}" if "doi" in stated else ""
    pmid = f"PMID: {stated['pmid']}" if "pmid" in stated else ""
    year = f"Published: {stated['year']}" if "year" in stated else ""
    return ". ".join(filter(None, [stated.get("journal", ""), year, f"Volume {volume}" if volume else "", doi, pmid]))


def _first(node: Node, *names: str) -> Node | None:
    """The first element of a name, in the order of the document; what other articles within hold is theirs."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if local_name(at) in names:
            return at
        waiting += [child for child in reversed(at) if local_name(child) not in ("", "body", "back", "sub-article")]
    return None


def _text(node: Node | None) -> str:
    return "" if node is None else inline_text(node, lambda _: INLINE)


def _names(node: Node, *, inverted: bool) -> Iterator[str]:
    """The authors within, editors and the like left out where a role is stated."""
    for contributor in node.iter():
        if local_name(contributor) != "contrib" or contributor.get("contrib-type", "author") != "author":
            continue
        name = _first(contributor, "name", "string-name", "collab")
        if name is not None and local_name(name) == "name":
            family, given = _text(_first(name, "surname")), _text(_first(name, "given-names"))
            yield " ".join(filter(None, [family, given] if inverted else [given, family]))
        elif name is not None:
            yield _text(name)


def _year(meta: Node) -> str:
    years: dict[str, str] = {}
    for date in meta:
        if local_name(date) == "pub-date":
            kind = date.get("pub-type") or date.get("date-type") or ""
            years.setdefault(kind, _text(_first(date, "year")))
    return next(filter(None, (years.get(kind) for kind in _YEARS)), next(iter(years.values()), ""))


def _identifiers(meta: Node) -> dict[str, str]:
    return {
        node.get("pub-id-type", ""): clean("".join(node.itertext())).strip()
        for node in meta
        if local_name(node) == "article-id"
    }


def _pmcid(identifiers: Mapping[str, str]) -> str:
    number = (identifiers.get("pmcid") or identifiers.get("pmc") or "").upper().removeprefix("PMC")
    return f"PMC{number}" if number.isascii() and number.isdigit() else ""


def _licence(meta: Node) -> str:
    licence = _first(meta, "license")
    if licence is None:
        return ""
    addresses = [
        node.get(_HREF) or (node.text or "" if local_name(node) == "license_ref" else "") for node in licence.iter()
    ]
    found = next(filter(None, map(_COMMONS.search, filter(None, addresses))), None)
    if found:
        return f"CC {found.group(1).upper()} {found.group(2)}" if found.group(1) else "CC0 1.0"
    return next((address.strip() for address in addresses if address), licence.get("license-type") or "")


def _url(meta: Node) -> str:
    addresses = (node.get(_HREF) or "" for node in meta if local_name(node) == "self-uri")
    return next((address for address in addresses if address.startswith(("http://", "https://"))), "")
