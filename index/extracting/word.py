"""Word documents (.docx): text as it reads when all changes are accepted, notes behind the paragraph that has them."""

from index.errors import FileSkipped
from index.extracting import extractor_of
from index.extracting.gathering import Gathering
from index.extracting.tables import add_table
from index.extracting.walking import INLINE, Node, Rule, Walk, inline_text, names_of
from index.extracting.word_package import Style, WordPackage, open_package, outline_level, word_value
from index.extracting.word_tables import heading_rows_of, is_data, rows_of_word
from index.models import ElementKind, Reading

__all__ = ["extract"]

_SKIPPED = names_of(
    "pPr rPr sectPr tblPr tblGrid trPr tcPr sdtPr del moveFrom delText delInstrText instrText Fallback fldData binData"
)
_TEXTS = {"noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_PLAIN = Style("", None, listed=False)
_KINDS: dict[str, ElementKind] = {
    "title": "title",
    "subtitle": "metadata",
    "caption": "caption",
    "bibliography": "reference",
}
_DEEPEST = 9


def extract(path: str, data: bytes) -> Reading:
    """A document as it reads. Raises FileSkipped where it cannot be opened or has no text."""
    package = open_package(path, data)
    document = _Document(package)
    document.read()
    gathering = document.gathering
    if not gathering.elements:
        raise FileSkipped("empty", f"{path} holds no text, perhaps pictures only. Add its text or delete it.")
    authors = "; ".join(filter(None, (name.strip() for name in package.authors.split(";"))))
    return Reading(
        gathering.text,
        None,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        extractor_of("word"),
        title=_title(gathering) or " ".join(package.title.split()) or None,
        metadata={"authors": authors} if authors else {},
        elements=tuple(gathering.elements),
    )


def _title(gathering: Gathering) -> str | None:
    """What has the style of a title, else the only heading of the first level."""
    chief = [element for element in gathering.elements if element.kind == "title"][:1] or [
        element for element in gathering.elements if element.kind == "heading" and element.level == 1
    ]
    return " ".join(chief[0].span.cut(gathering.text).split())[:200] if len(chief) == 1 else None


class _Document:
    """The rules for the elements of a document, and where its text is put down."""

    def __init__(self, package: WordPackage) -> None:
        self.gathering = Gathering()
        self._package = package
        self._walk = Walk(self._rule_of, self._add_table, self.gathering)

    def read(self) -> None:
        """Put down all of the body, and the notes where they are referred to."""
        body = self._package.body
        notes = dict(self._package.notes)
        for reference in list(body.iter("{*}footnoteReference", "{*}endnoteReference")):
            note = notes.pop((_name(reference), _attribute(reference, "id")), None)
            if note is not None:
                reference.append(note)
        _keep_text_only(body)
        self._walk.add(body)

    def _rule_of(self, node: Node) -> Rule:
        name = _name(node)
        if name in _SKIPPED or _is_hidden(node, name):
            return Rule("skip")
        if name == "p":
            return self._paragraph(node)
        if name == "tbl":
            return Rule("own") if is_data(node) else Rule("block")
        if name in ("footnoteReference", "endnoteReference", "txbxContent"):
            return Rule("float")
        if name in ("br", "cr"):
            return Rule("line")
        return Rule("spaced") if name in ("tab", "ptab") else INLINE

    def _paragraph(self, node: Node) -> Rule:
        style = self._package.styles.get(word_value(node, "pPr/pStyle") or "", _PLAIN)
        if style.name.startswith(("toc", "table of figures")):
            return Rule("block", "furniture")
        stated = outline_level(node)
        level = style.level if stated is None else stated
        if style.name.startswith("heading ") and level is None:
            number = style.name.removeprefix("heading ").strip()
            level = int(number) - 1 if len(number) == 1 and "1" <= number <= "9" else 0
        if style.name not in _KINDS and level is not None and level < _DEEPEST:
            return Rule("block", "heading", level + 1)
        return Rule("block", _KINDS.get(style.name) or self._item(node, style))

    def _item(self, node: Node, style: Style) -> ElementKind | None:
        number = word_value(node, "pPr/numPr/numId")
        listed = number != "0" if number is not None else style.listed
        return "item" if listed or style.name.startswith(("list bullet", "list number")) else None

    def _add_table(self, table: Node) -> None:
        """The rows, then the notes of its cells: a cell is one line."""
        rows = rows_of_word(table, lambda cell: inline_text(cell, self._rule_in_cell))
        add_table(self.gathering, rows, heading_rows=heading_rows_of(table))
        for reference in list(table.iter("{*}footnoteReference", "{*}endnoteReference")):
            self._walk.add(reference)

    def _rule_in_cell(self, node: Node) -> Rule:
        reference = _name(node) in ("footnoteReference", "endnoteReference")
        return Rule("skip") if reference else self._rule_of(node)


def _name(node: Node) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _attribute(node: Node, name: str) -> str:
    return next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")


def _is_hidden(node: Node, name: str) -> bool:
    """Runs that are hidden, and fields of a form that nobody has filled."""
    if name == "r":
        vanish = node.find("./{*}rPr/{*}vanish")
        return vanish is not None and _attribute(vanish, "val") not in ("0", "false", "off")
    return name == "sdt" and node.find("./{*}sdtPr/{*}showingPlcHdr") is not None


def _keep_text_only(body: Node) -> None:
    """Take away all characters that are no text: white space between elements, measures of drawings."""
    for node in body.iter():
        name = _name(node)
        node.tail = None
        if name != "t":
            node.text = _TEXTS.get(name) if name else node.text
