"""Extractors of formats that are not plain text: each module makes a Reading of a file's bytes."""

from collections.abc import Mapping
from functools import cache

__all__ = ["extractor_of"]

_VERSIONS: Mapping[str, tuple[int, str]] = {
    "html": (1, "lxml"),
    "jats": (1, "lxml"),
    "medline": (1, "biopython"),
    "pdf": (1, "pypdfium2"),
    "word": (1, "python-docx"),
}
"""By extractor, a number that changes whenever the same file would be read otherwise, and the library it stands on."""


@cache
def extractor_of(name: str) -> str:
    """Names an extractor with all that its text depends on, as in "pdf 1 (pypdfium2 5.15.2)"."""
    from importlib.metadata import version

    number, library = _VERSIONS[name]
    return f"{name} {number} ({library} {version(library)})"
