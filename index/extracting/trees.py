"""Bytes become trees of elements: no network, no files, no DTD, no entity that grows."""

import codecs
import re

from index.decoding import decode
from index.errors import FileSkipped
from index.extracting.walking import Node, local_name

__all__ = ["decode_page", "parse_page", "parse_xml"]

_DECLARED = re.compile(
    rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}?encoding=["']([\w.:-]{2,40})""",
    re.IGNORECASE,
)
_HEAD = 4096
_TRUSTED = re.compile(
    r"(?:utf-?8|us-ascii|iso[-_]?8859|latin|windows-|cp\d|koi8|mac|gb|hz|big5|euc|shift|sjis|ms932|ks_c|iso-?2022)",
    re.IGNORECASE,
)
"""Encodings of pages. Python knows others by names like these that are no encodings of text."""
_AS_BROWSERS = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}


def parse_xml(path: str, data: bytes) -> Node:
    """The root of an XML document. Raises FileSkipped("damaged", …) where it is not well-formed."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        message = f"{path} is no well-formed XML: {_folded(error)}. Download it again, or export it anew."
        raise FileSkipped("damaged", message) from error


def parse_page(path: str, text: str) -> Node:
    """The root element of an HTML page, mended as browsers do. Raises FileSkipped where nothing is left."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FileSkipped("damaged", f"{path} is no web page: {_folded(error)}. Save it again.") from error
    deep = any("depth" in entry.message for entry in parser.error_log)
    if deep:
        raise FileSkipped("damaged", f"{path} has elements nested too deeply to be read. Save it as text (.txt).")
    if root is None or local_name(root) != "html":
        raise FileSkipped("empty", f"{path} has no elements. Fill it or delete it.")
    return root


def decode_page(path: str, data: bytes, fallback_encoding: str) -> str:
    """The text of a page: by its mark, as UTF-8 where it is, by what it declares, else as a text file."""
    declared = _declared(data)
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if declared and not marked and (data.isascii() or not _is_utf8(data)):
        try:
            return data.decode(declared)
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(path, data, fallback_encoding)[0]


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:_HEAD])
    if not found:
        return None
    name = (found.group(1) or found.group(2)).decode("ascii").lower()
    return _AS_BROWSERS.get(name, name) if _TRUSTED.match(name) else None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _folded(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
