"""Articles in JATS, the XML that PubMed Central serves; a file may hold several, one after the other."""

from index.errors import FileSkipped
from index.extracting import extractor_of
from index.extracting.gathering import Gathering
from index.extracting.jats_metadata import article_metadata, byline, publication_line
from index.extracting.table_trees import rows_of
from index.extracting.tables import add_table
from index.extracting.trees import parse_xml
from index.extracting.walking import INLINE, Node, Rule, Walk, inline_text, local_name, names_of
from index.models import Reading

__all__ = ["extract"]

_SKIPPED = names_of(
    "journal-meta article-id article-categories pub-date pub-date-not-available volume issue elocation-id fpage lpage "
    "page-range history counts custom-meta-group self-uri related-article related-object contrib-id object-id graphic "
    "media inline-graphic alt-text long-desc tex-math annotation annotation-xml permissions processing-meta colgroup "
    "alt-title trans-title-group floats-placeholder award-group issue-title pub-history conference uri-list counts "
    "product isbn issn supplement isrc alternatives-placeholder volume-id issue-id author-comment role degrees"
)
_SPACED = names_of(
    "surname given-names suffix prefix year source article-title chapter-title person-group name string-name collab "
    "etal publisher-name publisher-loc edition pub-id comment month day institution country addr-line email phone fax"
)
_MIXED = names_of("mixed-citation string-name p license-p td th xref ext-link italic bold")
"""Elements that hold blanks and commas between their parts themselves."""
_CAPTIONED = names_of("caption table-wrap fig supplementary-material media")
_OWN = names_of("contrib-group table kwd-group")
_METADATA = names_of("aff corresp author-notes subj-group funding-statement")
_FLOATS = names_of("boxed-text fn fig-group table-wrap-group supplementary-material")
_BLOCKS = names_of(
    "article front front-stub article-meta body back sec p list def-list disp-quote verse-group verse-line statement "
    "ack app-group app fn-group glossary notes bio floats-group sub-article response ref-list abstract trans-abstract "
    "speech sig-block sig question answer explanation array attrib disp-formula-group table tbody thead tfoot tr td th "
    "title-group funding-group subtitle"
)
_FIXED = {
    **dict.fromkeys(_BLOCKS, Rule("block")),
    **dict.fromkeys(_METADATA, Rule("block", "metadata")),
    **dict.fromkeys(_FLOATS, Rule("float")),
    **dict.fromkeys(("preformat", "code"), Rule("block", kept=True)),
    **dict.fromkeys(("fig", "table-wrap"), Rule("float", "caption")),
    **dict.fromkeys(("table-wrap-foot",), Rule("block", "caption")),
    **dict.fromkeys(("list-item", "def-item"), Rule("block", "item")),
    **dict.fromkeys(("disp-formula", "chem-struct-wrap"), Rule("lines")),
    **dict.fromkeys(("break", "hr"), Rule("line")),
    **dict.fromkeys(("label", "term"), Rule("run_in")),
    "ref": Rule("block", "reference"),
}
_DEEPEST = 6


def extract(path: str, data: bytes) -> Reading:
    """The article, or articles, of a file. Raises FileSkipped where there is none."""
    articles = _articles(path, data)
    gathering = Gathering()
    for article in articles:
        _Article(article, gathering).read()
    if not gathering.elements:
        raise FileSkipped("empty", f"{path} holds an article without text. Download the article's full text.")
    metadata = article_metadata(articles[0]) if len(articles) == 1 else {}
    title = metadata.pop("title", None) if len(articles) == 1 else path.rsplit("/", 1)[-1]
    return Reading(
        gathering.text,
        None,
        "application/jats+xml",
        extractor_of("jats"),
        title=title,
        metadata=metadata,
        elements=tuple(gathering.elements),
    )


def _articles(path: str, data: bytes) -> list[Node]:
    """The outermost articles. Raises FileSkipped where the XML is of another kind."""
    if not data.strip():
        raise FileSkipped("empty", f"{path} is empty. Fill it or delete it.")
    root = parse_xml(path, data.lstrip())
    found, waiting = list[Node](), [root]
    while waiting:
        node = waiting.pop()
        if local_name(node) == "article" and any(local_name(child) in ("front", "body") for child in node):
            found.append(node)
        else:
            waiting += reversed([child for child in node if isinstance(child.tag, str)])
    if not found:
        known = f"XML whose root is <{local_name(root)[:60]}> and not an article in JATS, which is the XML that is read"
        hint = 'PubMed Central serves it; for a record of PubMed save the format "PubMed" (.nbib), else a web page'
        raise FileSkipped("format", f"{path} is {known}. {hint}.")
    return found


class _Article:
    """The rules for the elements of an article: its title page, then what it says, floats and references last."""

    def __init__(self, article: Node, gathering: Gathering) -> None:
        self._article = article
        self._gathering = gathering
        self._walk = Walk(self._rule_of, self._add, gathering)
        self._published: set[Node] = set()

    def read(self) -> None:
        """Put down all of the article."""
        _place_floats(self._article)
        self._walk.add(self._article)

    def _rule_of(self, node: Node) -> Rule:
        name, above = local_name(node), local_name(node.getparent())
        if name in _SKIPPED:
            return _in_citation(above)
        if name in _OWN or (name == "article-title" and above == "title-group"):
            return Rule("own")
        if name == "title":
            return Rule("block") if above in _CAPTIONED else Rule("block", "heading", _depth(node))
        if name in ("abstract", "trans-abstract", "ref-list"):
            self._head(node)
        return _FIXED.get(name) or _rule_of_inline(name, above)

    def _head(self, section: Node) -> None:
        """The heading that every journal prints over an abstract or its references, where it is not in the file."""
        if not any(local_name(child) == "title" for child in section):
            self._walk.flush()
            self._gathering.add("heading", "References" if local_name(section) == "ref-list" else "Abstract", level=1)

    def _add(self, node: Node) -> None:
        """Title, authors, keywords and tables have a form of their own."""
        name = local_name(node)
        if name == "table":
            rows, heading_rows = rows_of(node, self._rule_of)
            add_table(self._gathering, rows, heading_rows=heading_rows)
        elif name == "contrib-group":
            self._add_contributors(node)
        elif name == "kwd-group":
            self._add_keywords(node)
        else:
            self._add_title(node)

    def _add_title(self, title: Node) -> None:
        self._gathering.add("title", inline_text(title, self._rule_of))
        article = next(
            node for node in title.iterancestors() if local_name(node) in ("article", "sub-article", "response")
        )
        if article not in self._published:
            self._published.add(article)
            self._gathering.add("metadata", publication_line(article))

    def _add_contributors(self, group: Node) -> None:
        self._gathering.add("metadata", byline(group))
        for node in group.iter():
            if local_name(node) == "aff":
                self._gathering.add("metadata", inline_text(node, self._rule_of))

    def _add_keywords(self, group: Node) -> None:
        words = [inline_text(node, self._rule_of) for node in group if local_name(node) in ("kwd", "compound-kwd")]
        title = next((inline_text(node, self._rule_of) for node in group if local_name(node) == "title"), "Keywords")
        self._gathering.add("metadata", f"{title.rstrip(':')}: {', '.join(filter(None, words))}" if any(words) else "")


def _place_floats(article: Node) -> None:
    """Put figures and tables that are kept at the end of the file behind the paragraph that first mentions them."""
    floats = {node.get("id"): node for group in article if local_name(group) == "floats-group" for node in group}
    body = next((node for node in article if local_name(node) == "body"), None)
    after: dict[Node, Node] = {}
    for mention in list(body.iter("{*}xref")) if floats and body is not None else ():
        node = floats.pop(mention.get("rid"), None)
        if node is not None:
            paragraph = list(mention.iterancestors("{*}p"))[-1:] or [mention]
            after.setdefault(paragraph[0], paragraph[0]).addnext(node)
            after[paragraph[0]] = node


def _in_citation(above: str) -> Rule:
    """What is skipped of the title page is text where a reference is described by it."""
    return {"element-citation": Rule("spaced"), "mixed-citation": INLINE, "citation": INLINE}.get(above, Rule("skip"))


def _rule_of_inline(name: str, above: str) -> Rule:
    return Rule("spaced") if name in _SPACED and above not in _MIXED else INLINE


def _depth(title: Node) -> int:
    """The level of a section's title: how many sections it is in."""
    sections = sum(local_name(above) in ("sec", "abstract", "app", "boxed-text") for above in title.iterancestors())
    return max(1, min(sections, _DEEPEST))
