"""PDFs for tests of the page, made with reportlab: two columns, turned and cropped pages, many pages, hostile ones."""

from collections.abc import Callable, Sequence
from io import BytesIO
from textwrap import wrap
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

__all__ = ["COLUMNS", "HEIGHT", "WIDTH", "hostile_pdf", "long_pdf", "turned_pdf", "two_columns"]

WIDTH, HEIGHT = A4
LEFT = (
    "Interleukin 6 attracts monocytes to wounds within two days of the injury. Fibroblasts follow them and deposit "
    "a new extracellular matrix, which the keratinocytes cross before the scar contracts. The effect was absent in "
    "mice that lacked the receptor."
)
RIGHT = (
    "Exosomes of synovial stem cells protect cartilage from osteoarthritis by carrying a microRNA. Chondrocytes that "
    "took them up produced more collagen of type two and less aggrecanase than their untreated neighbours did."
)
COLUMNS = (LEFT, RIGHT)
"""What stands in the left and in the right column."""

Draw = Callable[[Canvas], None]


def two_columns(title: str = "Cells that heal") -> bytes:
    """An article of two pages; the second has the two columns, and the first a link to the middle of it."""

    def front(page: Canvas) -> None:
        page.setFont("Times-Bold", 20)
        page.drawString(60, HEIGHT - 90, title)
        lines(page, ["This article was printed for a test of the page that shows it."], 60, HEIGHT - 130)
        page.linkRect("", "columns", (60, 300, 300, 330), relative=0)

    def columns(page: Canvas) -> None:
        page.bookmarkPage("columns", fit="XYZ", left=0, top=400, zoom=0)
        for left, text in zip((60, 310), COLUMNS, strict=True):
            lines(page, wrap(text, 44), left, HEIGHT - 90)

    return printed([front, columns], title=title)


def turned_pdf(degrees: int, text: str = COLUMNS[0], *, crop: tuple[float, float, float, float] | None = None) -> bytes:
    """One page that is shown turned, and cropped if that is given: left, bottom, right, top of the paper."""

    def turned(page: Canvas) -> None:
        page.setPageRotation(degrees)
        if crop is not None:
            page.setCropBox(crop)
        lines(page, wrap(text, 60), 120, HEIGHT - 260)

    return printed([turned])


def long_pdf(pages: int) -> bytes:
    """Many pages, each with a sentence of its own; every seventh lies on its side."""

    def numbered(number: int) -> Draw:
        def draw(page: Canvas) -> None:
            if number % 7 == 0:
                page.setPageSize((HEIGHT, WIDTH))
            else:
                page.setPageSize(A4)
            lines(page, [f"Sample number {number} was frozen at minus eighty degrees and thawed once."], 60, 300)

        return draw

    return printed([numbered(number) for number in range(1, pages + 1)])


def hostile_pdf() -> bytes:
    """Scripts when it is opened and printed, links that are scripts, files and programs, and one that is harmless."""

    def links(page: Canvas) -> None:
        lines(page, ["Bananas ripen in ethylene gas within four days of the harvest."], 60, HEIGHT - 90)
        targets = ("javascript:window.harmed=1", "file:///etc/passwd", "data:text/html,<script>1</script>")
        for number, target in enumerate((*targets, "https://example.org/a?b=1")):
            page.linkURL(target, (60, 400 + 40 * number, 300, 430 + 40 * number), relative=0)

    script = "app.alert('harmed'); this.exportDataObject({cName: 'x', nLaunch: 2});"
    return printed([links], script=script)


def printed(pages: Sequence[Draw], *, title: str = "", script: str = "") -> bytes:
    """A PDF of these pages, the same bytes each time."""
    file = BytesIO()
    canvas: Any = Canvas(file, pagesize=A4, invariant=1)
    if title:
        canvas.setTitle(title)
    if script:
        canvas._doc.Catalog.OpenAction = javascript(script)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def javascript(script: str) -> Any:
    """An action that runs a script."""
    from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFString

    return PDFDictionary({"S": PDFName("JavaScript"), "JS": PDFString(script)})


def lines(page: Canvas, texts: Sequence[str], left: float, top: float) -> None:
    """Lines one below the other."""
    page.setFont("Times-Roman", 11)
    for number, text in enumerate(texts):
        page.drawString(left, top - 14 * number, text)
