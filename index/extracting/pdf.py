"""PDF files: their text in reading order, with what its stretches are and where each character stands."""

from collections.abc import Sequence

from index.errors import FileSkipped
from index.extracting import extractor_of
from index.extracting.pdf_characters import DamagedPdf, EncryptedPdf, OpenPdf, Page, information_of, open_pdf, read_page
from index.extracting.pdf_columns import Block, blocks_in_order, gutters_of
from index.extracting.pdf_flow import Piece, flowing
from index.extracting.pdf_furniture import furniture_of
from index.extracting.pdf_kinds import kinds_of
from index.extracting.pdf_lines import Fragment, Line, fragments_of, rows_of
from index.extracting.pdf_metadata import about
from index.extracting.pdf_paragraphs import Paragraph, paragraphs_of
from index.extracting.pdf_text import write
from index.models import Reading

__all__ = ["MOST_PAGES", "extract"]

MOST_PAGES = 2000


def extract(path: str, data: bytes) -> Reading:
    """What a PDF holds. Raises FileSkipped: encrypted, damaged, scanned or too_large; ``path`` is for its message."""
    try:
        document = open_pdf(data)
    except EncryptedPdf as error:
        message = f"{path} is encrypted and needs a password. Save a copy without one and index that."
        raise FileSkipped("encrypted", message) from error
    except DamagedPdf as error:
        raise _damaged(path, error) from error
    try:
        return _read(path, data, document)
    except DamagedPdf as error:
        raise _damaged(path, error) from error
    finally:
        document.close()


def _damaged(path: str, error: Exception) -> FileSkipped:
    message = f"{path} is damaged: {str(error).rstrip('.')}. Open it in a PDF program, save it anew and index that."
    return FileSkipped("damaged", message)


def _read(path: str, data: bytes, document: OpenPdf) -> Reading:
    count = len(document)
    if count > MOST_PAGES:
        message = f"{path} has {count:,} pages, more than the limit of {MOST_PAGES:,}. Split it."
        raise FileSkipped("too_large", message)
    pages = [read_page(document, index) for index in range(count)]
    if not any(page.turned for page in pages):
        raise _scanned(path, count)
    pieces = _pieces_of(pages)
    written = write(pieces)
    stated = about(information_of(document), data, pieces)
    return Reading(
        text=written.text,
        encoding=None,
        media_type="application/pdf",
        extractor=extractor_of("pdf"),
        title=stated.title,
        metadata=stated.metadata,
        elements=written.elements,
        boxes=written.boxes,
    )


def _scanned(path: str, count: int) -> FileSkipped:
    what = (
        f"none of its {count:,} pages has" if count > 1 else "its page does not have" if count else "it does not have"
    )
    message = f"{path} holds no text: {what} a text layer, as in a scan. Recognise its text first, for example with"
    return FileSkipped("scanned", f"{message} ocrmypdf, and index what that makes.")


def _pieces_of(pages: Sequence[Page]) -> list[Piece]:
    main = [_main_turn(page) for page in pages]
    fragments = [fragments_of(page.turned.get(turn, [])) for page, turn in zip(pages, main, strict=True)]
    furniture = furniture_of(pages, fragments)
    paragraphs: list[Paragraph] = []
    added: set[int] = set()
    running = [
        [fragment for fragment in found if id(fragment) not in apart]
        for found, apart in zip(fragments, furniture, strict=True)
    ]
    gutters = gutters_of(running)
    for page, turn, found, apart, text, between in zip(
        pages, main, fragments, furniture, running, gutters, strict=True
    ):
        for block in blocks_in_order(text, between):
            paragraphs += paragraphs_of(page.number, block)
        extra = _alone(page, [fragment for fragment in found if id(fragment) in apart])
        extra += [one for other in sorted(page.turned) if other != turn for one in _turned(page, other)]
        added.update(map(id, extra))
        paragraphs += extra
    return _pieces(paragraphs, added)


def _pieces(paragraphs: Sequence[Paragraph], added: set[int]) -> list[Piece]:
    running = [paragraph for paragraph in paragraphs if id(paragraph) not in added]
    found = kinds_of(running)
    known = {id(one): (kind, level) for one, kind, level in zip(running, found.kinds, found.levels, strict=True)}
    every = [known.get(id(paragraph), ("furniture", 0)) for paragraph in paragraphs]
    return list(flowing(paragraphs, [kind for kind, _ in every], [level for _, level in every]))


def _main_turn(page: Page) -> int:
    """How most of a page's characters are turned."""
    return max(page.turned, key=lambda turn: (len(page.turned[turn]), -turn), default=0)


def _turned(page: Page, turn: int) -> list[Paragraph]:
    return _alone(page, fragments_of(page.turned[turn]))


def _alone(page: Page, fragments: Sequence[Fragment]) -> list[Paragraph]:
    """Each line of print as a paragraph of its own."""
    paragraphs: list[Paragraph] = []
    for row in rows_of(fragments):
        characters = [character for fragment in row for character in fragment.characters]
        for fragment in row[1:]:
            fragment.characters[0].spaced = True
        line = Line(characters, tuple(row))
        paragraphs.append(Paragraph(page.number, [line], Block([line], 0, 0, line.start, line.end)))
    return paragraphs
