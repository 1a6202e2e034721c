"""Files as damage and malice make them: a reading or a clear refusal, never another error, never a hang."""

import io
import random
import zipfile
from collections.abc import Callable
from copy import deepcopy

import pytest
from lxml import etree

from index.extracting.html import extract as read_html
from index.extracting.jats import extract as read_jats
from index.extracting.medline import extract as read_medline
from index.extracting.word import extract as read_word
from tests.extracted import Reader, outcome, read, sentences_of
from tests.test_html import SAVED
from tests.test_jats import ARTICLE
from tests.test_medline import RECORD, SECOND
from tests.test_word import report

Mutation = Callable[[bytes, random.Random], bytes]

SEEDS: dict[str, tuple[Reader, bytes]] = {
    "html": (read_html, SAVED.encode()),
    "jats": (read_jats, ARTICLE.encode()),
    "medline": (read_medline, (RECORD + SECOND).encode()),
    "word": (read_word, report()),
}
PIECES = [
    b"<",
    b">",
    b"</",
    b"<table>",
    b"<td colspan=9999>",
    b"<p>",
    b"&",
    b"&#0;",
    b"&#xD800;",
    b"&#12;",
    b"<![CDATA[",
]
PIECES += [b"\x00", b"\xff", b"\xef\xbf\xbe", "\u2028".encode(), "\ue000".encode(), b"\n\n", b"      ", b"TI  - ", b'"']


def truncated(data: bytes, draw: random.Random) -> bytes:
    """The beginning of a file."""
    return data[: draw.randrange(len(data))]


def flipped(data: bytes, draw: random.Random) -> bytes:
    """Some bytes are others."""
    changed = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 8, 64])):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def spliced(data: bytes, draw: random.Random) -> bytes:
    """A stretch is gone, stands elsewhere, or stands there many times."""
    start, end = sorted((draw.randrange(len(data)), draw.randrange(len(data))))
    stretch, rest = data[start:end], data[:start] + data[end:]
    at = draw.randrange(len(rest) + 1)
    return rest[:at] + stretch[:500] * draw.choice([0, 1, 2, 20]) + rest[at:]


def strewn(data: bytes, draw: random.Random) -> bytes:
    """Pieces that mean something stand where they do not belong."""
    for _ in range(draw.choice([1, 2, 5, 20])):
        at = draw.randrange(len(data) + 1)
        data = data[:at] + draw.choice(PIECES) + data[at:]
    return data


def rearranged(data: bytes, draw: random.Random) -> bytes:
    """Well-formed XML whose elements have other names and stand in other places."""
    try:
        root = etree.fromstring(data)
    except etree.XMLSyntaxError:
        return data
    for _ in range(draw.choice([1, 3, 10])):
        nodes = [node for node in root.iter() if isinstance(node.tag, str)]
        node, other = draw.choice(nodes), draw.choice(nodes)
        if draw.random() < 0.4:
            node.tag = other.tag
        elif draw.random() < 0.4:
            other.insert(draw.randrange(len(other) + 1), deepcopy(node))
        elif node is not root and node not in other.iterancestors() and node is not other:
            other.append(node)
        for key in node.attrib:
            node.set(key, draw.choice(["", "0", "-1", "9" * 5000, "a", node.get(key)]))
    return bytes(etree.tostring(root))


def inside(data: bytes, draw: random.Random) -> bytes:
    """One part of a Word document is changed, the archive is whole."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        names = [name for name in old.namelist() if name.endswith((".xml", ".rels"))]
        chosen = draw.choice([*names, "word/document.xml", "word/document.xml", "word/styles.xml"])
        change = draw.choice([truncated, flipped, spliced, strewn, rearranged, rearranged, rearranged])
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part, draw) if name == chosen else part)
    return file.getvalue()


MUTATIONS: dict[str, list[Mutation]] = {
    "html": [truncated, flipped, spliced, strewn],
    "jats": [truncated, flipped, spliced, strewn, rearranged, rearranged, rearranged, rearranged],
    "medline": [truncated, flipped, spliced, strewn],
    "word": [truncated, flipped, spliced, inside, inside, inside],
}


def survive(name: str, count: int) -> None:
    """Read so many changed files; what is read can be cut into sentences, and is the same when it is read again."""
    reader, seed = SEEDS[name]
    for number in range(count):
        draw = random.Random(f"{name} {number}")
        data = draw.choice(MUTATIONS[name])(seed, draw)
        text = outcome(reader, data)
        if not text.startswith("skipped") and number % 20 == 0:
            reading = read(reader, data)
            assert reading.text == text
            assert text.encode("utf-8").decode("utf-8") == text
            assert all(part.cut(text).strip() for sentence in sentences_of(reading) for part in sentence.parts)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", SEEDS)
def test_changed_files_are_read_or_refused(name: str) -> None:
    """A few hundred of each format."""
    survive(name, 300)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SEEDS)
def test_thousands_of_changed_files_are_read_or_refused(name: str) -> None:
    """The same, for longer."""
    survive(name, 3000)
