"""Broken PDFs by the thousand: each is read or skipped, the parent lives, nothing hangs."""

import random
from collections.abc import Callable, Iterator

import pytest

from index.errors import FileSkipped
from index.extracting.apart import Limits, extract_apart
from index.segmenting import segment
from tests.printing import PAGE, Printer, encrypted, pdf_of, words

LIMITS = Limits(seconds=20, processor_seconds=20)


def text_page(printer: Printer) -> None:
    printer.line(60, 60, "A Title", size=18)
    printer.column(60, 100, words(60), width=220)
    printer.column(310, 100, words(60, start=5), width=220)


def drawing(printer: Printer) -> None:
    printer.canvas.rect(100, 100, 200, 200)
    printer.canvas.rotate(90)
    printer.line(60, 60, "turned")


def seeds() -> list[bytes]:
    """Small files of several makes: packed and plain, one with a password, one with many pages."""
    return [
        pdf_of(text_page, pageCompression=0),
        pdf_of(text_page, drawing, text_page),
        pdf_of(*[drawing] * 12, information=["A title", "An author", "A subject"]),
        encrypted(pdf_of(text_page), password=""),
    ]


def truncated(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    return data[: chance.randrange(len(data))]


def flipped(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 100))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def spliced(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    other = chance.choice(others)
    start, end = sorted(chance.randrange(len(other)) for _ in range(2))
    at = chance.randrange(len(data))
    return data[:at] + other[start:end] + data[at + chance.choice((0, end - start)) :]


def renumbered(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """A number of the file made another one: sizes, positions, references."""
    digits = [place for place, byte in enumerate(data) if chr(byte).isdigit()]
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 8))):
        place = chance.choice(digits)
        changed[place : place + 1] = chance.choice((b"9", b"0", b"-1", b"99999999999", b"1e30", b"0.0001"))
    return bytes(changed)


MUTATIONS: tuple[Callable[[bytes, random.Random, list[bytes]], bytes], ...] = (
    truncated,
    flipped,
    spliced,
    renumbered,
)


def broken(count: int, *, seed: int) -> Iterator[bytes]:
    chance, originals = random.Random(seed), seeds()
    for number in range(count):
        yield MUTATIONS[number % len(MUTATIONS)](chance.choice(originals), chance, originals)


def outcome(data: bytes) -> str:
    """``read``, or the reason why it is not; anything else is an error."""
    try:
        reading = extract_apart("pdf", "broken.pdf", data, LIMITS)
    except FileSkipped as skipped:
        return skipped.reason if "broken.pdf" in str(skipped) else f"unnamed {skipped.reason}"
    assert reading.boxes is not None
    assert len(reading.boxes) == len(reading.text)
    segment(reading.text, elements=reading.elements)
    return "read"


def outcomes(count: int, *, seed: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for data in broken(count, seed=seed):
        result = outcome(data)
        found[result] = found.get(result, 0) + 1
    return found


def test_hundreds_of_broken_files_are_read_or_skipped() -> None:
    found = outcomes(300, seed=7)
    assert found["read"] > 20
    assert found["damaged"] > 20
    assert set(found) <= {"read", "damaged", "scanned", "encrypted", "too_large"}


@pytest.mark.slow
def test_thousands_of_broken_files_are_read_or_skipped() -> None:
    found = outcomes(5000, seed=8)
    assert set(found) <= {"read", "damaged", "scanned", "encrypted", "too_large"}


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-", b"%PDF-1.7" + bytes(1000), b"not a pdf", bytes(range(256)) * 40, b"%PDF-1.4\n" + b"[" * 100_000],
    ids=["empty", "head", "zeros", "text", "bytes", "nested"],
)
def test_what_is_no_pdf_is_damaged(data: bytes) -> None:
    assert outcome(data) == "damaged"


def hostile(content: bytes, *, box: bytes = b"0 0 595 842", font: bytes = b"/Helvetica") -> bytes:
    """A one-page file with this content, its table of objects left for the reader to find."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n" % len(content) + content + b"\nendstream endobj\n"
        b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont" + font + b">>endobj\n"
        b"6 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>/Length 5>>stream\n"
        b"/X Do\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


@pytest.mark.parametrize(
    "data",
    [
        hostile(b"/X Do"),
        hostile(b"q " * 200_000),
        hostile(b"BT /F 1e38 Tf 1e38 1e38 Td (far away) Tj ET"),
        hostile(b"BT /F 0 Tf 10 10 Td (no size) Tj ET"),
        hostile(b"BT /F 12 Tf 1 0 0 0 10 10 Tm (flat) Tj ET"),
        hostile(b"BT /F 12 Tf 10 10 Td (huge page) Tj ET", box=b"0 0 1e30 1e30"),
        hostile(b"BT /F 12 Tf 10 10 Td (no page) Tj ET", box=b"0 0 0 0"),
        hostile(b"BT /F 12 Tf 10 10 Td (turned page) Tj ET", box=b"595 842 0 0"),
        hostile(b"BT /F 9 Tf " + b"1 1 Td (many) Tj " * 30_000 + b"ET"),
        hostile(b"BT /F 1 Tf " + b"".join(b"1 0 0 1 %d %d Tm (x) Tj " % (n % 590, n * 7 % 840) for n in range(20_000))),
    ],
    ids=["loop", "deep", "far", "no size", "flat", "huge", "no page", "reversed", "one line", "scattered"],
)
def test_hostile_files_are_read_or_skipped_in_seconds(data: bytes) -> None:
    assert outcome(data) in {"read", "scanned", "damaged", "too_large"}


def test_a_page_is_not_wider_than_its_boxes_say() -> None:
    reading = extract_apart("pdf", "a.pdf", pdf_of(text_page), LIMITS)
    assert reading.boxes is not None
    assert reading.boxes[:, 3].max() <= 10 * PAGE[0]
