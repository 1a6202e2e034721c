"""Web pages: all text that is seen, what stands around the document labelled as furniture."""

from index.errors import FileSkipped
from index.extracting import extractor_of
from index.extracting.gathering import Gathering
from index.extracting.html_furniture import furniture_of, is_hidden
from index.extracting.html_metadata import page_facts
from index.extracting.table_trees import rows_of
from index.extracting.tables import add_table
from index.extracting.trees import decode_page, parse_page, parse_xml
from index.extracting.walking import INLINE, Node, Rule, Walk, inline_text, local_name, names_of
from index.models import ElementKind, Reading

__all__ = ["extract"]

_SKIPPED = names_of(
    "head script style template noscript svg iframe object embed applet video audio canvas map annotation "
    "annotation-xml datalist input img rp frameset colgroup"
)
_BLOCKS: dict[str, ElementKind | None] = {
    "p": None,
    "li": "item",
    "dt": "item",
    "dd": "item",
    "figcaption": "caption",
    "caption": "caption",
    "legend": "caption",
    "address": "metadata",
}
_CONTAINERS = names_of(
    "html body main article section div header footer aside nav ul ol dl blockquote figure form fieldset details "
    "summary table thead tbody tfoot tr td th center dialog menu hr pre hgroup search dir listing xmp select option "
    "optgroup button textarea label"
)
_LAYOUT = names_of("table h1 h2 h3 h4 h5 h6 form main article nav")


def extract(path: str, data: bytes, *, fallback_encoding: str = "cp1252") -> Reading:
    """A page as people see it. Raises FileSkipped where there is no text in it."""
    root = _parse(path, data, fallback_encoding)
    page = _Page(root)
    page.read(root)
    gathering = page.gathering
    if not gathering.elements:
        message = f"{path} holds no text that can be seen: perhaps its text comes by script. Save the page as shown."
        raise FileSkipped("empty", message)
    facts = page_facts(root)
    return Reading(
        gathering.text,
        None,
        "text/html",
        extractor_of("html"),
        title=facts.title or _only_heading(gathering) or facts.window,
        metadata=facts.metadata,
        elements=tuple(gathering.elements),
    )


def _parse(path: str, data: bytes, fallback_encoding: str) -> Node:
    if not data.strip():
        raise FileSkipped("empty", f"{path} is empty. Fill it or delete it.")
    if data.lstrip()[:5] == b"<?xml":
        try:
            root = parse_xml(path, data.lstrip())
        except FileSkipped:
            root = None  # many a page that calls itself XML is none, and browsers read it all the same
        if root is not None and local_name(root) == "html":
            return root
    return parse_page(path, decode_page(path, data, fallback_encoding))


def _only_heading(gathering: Gathering) -> str | None:
    chief = [element for element in gathering.elements if element.kind == "heading" and element.level == 1]
    return " ".join(chief[0].span.cut(gathering.text).split())[:200] if len(chief) == 1 else None


class _Page:
    """The rules for the elements of one page, and where its text is put down."""

    def __init__(self, root: Node) -> None:
        self.gathering = Gathering()
        self._walk = Walk(self._rule_of, self._add_table, self.gathering)
        self._around = furniture_of(root)
        self._tables = _data_tables(root)

    def read(self, root: Node) -> None:
        """Put down all of the page."""
        self._walk.add(root)

    def _rule_of(self, node: Node) -> Rule:
        name = local_name(node)
        if name in _SKIPPED or is_hidden(node):
            return Rule("skip")
        if node in self._around.furniture:
            return Rule("block", "furniture")
        if node in self._around.references:
            return Rule("block", "reference")
        if name == "br":
            return Rule("line")
        if node in self._tables:
            return Rule("own")
        return self._block(name)

    def _block(self, name: str) -> Rule:
        if len(name) == 2 and name[0] == "h" and name[1] in "123456":
            return Rule("block", "heading", int(name[1]))
        if name in _BLOCKS:
            kind = _BLOCKS[name]
            return Rule("block", None if kind == "item" and self._walk.kind == "reference" else kind)
        if name in _CONTAINERS:
            return Rule("block", kept=name in ("pre", "listing", "xmp", "textarea"))
        return INLINE

    def _add_table(self, table: Node) -> None:
        caption = next((child for child in table if local_name(child) == "caption"), None)
        if caption is not None:
            self.gathering.add("caption", inline_text(caption, self._rule_of))
        rows, heading_rows = rows_of(table, self._rule_of)
        add_table(self.gathering, rows, heading_rows=heading_rows)


def _data_tables(root: Node) -> frozenset[Node]:
    """Tables that hold data: several columns and rows, and nothing that lays out a page."""
    tables = {table for table in root.iter() if local_name(table) == "table"}
    return frozenset(table for table in tables - _holding_blocks(root) if _has_columns(table))


def _holding_blocks(root: Node) -> set[Node]:
    """Tables with other tables, headings or forms in them, each found from the inside."""
    found: set[Node] = set()
    for node in root.iter():
        if local_name(node) in _LAYOUT:
            table = next(node.iterancestors("{*}table"), None)
            if table is not None:
                found.add(table)
    return found


def _has_columns(table: Node) -> bool:
    if (table.get("role") or "") in ("presentation", "none"):
        return False
    sizes = [sum(local_name(cell) in ("td", "th") for cell in row) for row in table.iter() if local_name(row) == "tr"]
    return len(sizes) > 1 and max(sizes) > 1
