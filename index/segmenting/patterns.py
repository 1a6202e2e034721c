"""What the furniture of scientific texts looks like: captions, identifiers, references, navigation and shop phrases."""

import re

__all__ = [
    "ABBREVIATIONS_HEADING",
    "AFFILIATION",
    "AFTER_MENTION",
    "ARTICLE_TYPE",
    "BARE_LABEL",
    "BULLET",
    "CAPTION",
    "CITATION",
    "END_MATTER_HEADING",
    "FURNITURE_PHRASE",
    "FURNITURE_WORDING",
    "JOURNAL_ISSUE",
    "MARKDOWN_HEADING",
    "METADATA",
    "METADATA_WORDING",
    "NUMBERED",
    "REFERENCES_HEADING",
    "REFERENCE_ENTRY",
    "STATEMENT",
]

_LABEL = (
    r"(?:(?:supplement(?:ary|al)|supporting|extended data|additional)\s+)?"
    r"(?:figures?|figs?\.?|tables?|scheme|chart|plate|box)"
)
_ORDINAL = r"(?:[A-Z]{0,2}\d{1,3}[A-Za-z]?|[IVX]{1,5})"

CAPTION = re.compile(
    rf"(?i:{_LABEL})(?:\.\s+(?-i:[A-Z])|\s*{_ORDINAL}\s?(?:[.:|]|\s?[-–—]\s|\s(?-i:[A-Z(])|\Z)|(?<!s)\s*\Z)"
)
"""The beginning of a caption: "Figure. Cells", "Fig. 1.", "Table II. Results", "TABLE 2 Results"."""

BARE_LABEL = re.compile(
    rf"(?i:{_LABEL.replace('figures?', 'figure').replace('tables?', 'table')})\s*{_ORDINAL}?[.:]?\Z"
)
"""A caption's label alone on its line."""

AFTER_MENTION = re.compile(
    r"(?:\b(?:in|see|and|of|by|to|from|with|the|on|or|also|cf|e\.g)\.?,?|[(,;])\Z", re.IGNORECASE
)
"""The end of a line after which "Figure 2" is a mention and no caption."""

BULLET = re.compile(r"(?:[•‣▪●◦∙■□➢✓*]|[-–—+](?=\s+[^\W\d_]))\s+\S")
NUMBERED = re.compile(r"(?:\(?\d{1,3}[.)]|\([a-z]\)|[a-z]\)|\(?[ivx]{1,4}\))\s+\S")
MARKDOWN_HEADING = re.compile(r"#{1,6}\s+\S")
REFERENCE_ENTRY = re.compile(r"(?:\[\d{1,3}\]|\(?\d{1,3}[.)]?)\s*[^\W\d_]")

REFERENCES_HEADING = re.compile(
    r"(?:#+\s*)?(?:\d{1,2}\.?\s+)?(?:references?(?: and notes| cited| list)?|bibliography|literature(?: cited)?|"
    r"works cited|cited literature|r e f e r e n c e s|notes and references)\s?:?\Z",
    re.IGNORECASE,
)
ABBREVIATIONS_HEADING = re.compile(
    r"(?:\d{1,2}\.?\s+)?(?:(?:list of )?(?:abbreviations|acronyms)(?: used)?|nomenclature|glossary)\s?:?\Z",
    re.IGNORECASE,
)
END_MATTER_HEADING = re.compile(
    r"(?:appendi(?:x|ces)|acknowledge?ments?|supplement(?:ary|al) .{0,40}|figure legends|tables?|figures|funding|"
    r"author contributions?|author information|conflicts? of interests?|competing interests|about .{0,30})\b",
    re.IGNORECASE,
)
JOURNAL_ISSUE = re.compile(r"\b(?:19|20)\d\d\s?;\s?\d{1,4}\s?(?:\([^)]{1,12}\))?\s?:")
"""Year, volume and pages of a literature entry."""

CITATION = re.compile(
    r"\b(?:19|20)\d\d[a-z]?\b|\bet al\b|\bdoi\b|https?://|\bin press\b|\d{1,4}\s?(?:\(\d{1,3}\))?\s?:\s?[A-Z]?\d{1,6}",
    re.IGNORECASE,
)
"""A sign of a literature entry, where a list of references is expected."""

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"

METADATA = re.compile(
    r"(?:doi\b\s?:?|https?://(?:dx\.)?doi\.org|pmc?id\s?:|pmid\b|issn\b|isbn\b|e-?mail|electronic address|"
    r"key\s?words?(?: and phrases)?\s*(?::|[–—-]\s)|mesh terms|correspond(?:ence|ing author)|\*\s?correspond|"
    r"academic editor|edited by|reviewed by|handling editor|(?:article )?history|received\b.{0,3}:?\s?\d|"
    r"received\s?:|accepted\s?:|published\s?(?:online)?\s?:|first online|available online|epub\b|"
    r"copyright\b|©|\(c\)\s?\d{4}|licen[cs]e\s?:|citation\s?:|cite this|to cite|author information|"
    r"affiliations?\s?:?\Z|"
    r"authors? details|orcid|communicated by|sha\s?:|how to cite|subject (?:terms|areas)|authors? affiliations?\s?:)",
    re.IGNORECASE,
)
"""The beginning of a line of metadata."""

AFFILIATION = re.compile(
    r"(?P<mark>(?:\(?\d{1,2}\)?|[*†‡§¶]|[a-z](?=[A-Z]))[\s,]?)?(?:From the\s)?"
    r"(?:Department|Division|School|Faculty|Institut|Laborator|College|Centre|Center|Hospital|Universit|Unit)\w{0,6}"
    r"(?:\s(?:of|for|de|[A-Z])|,)"
)
"""The beginning of an address where authors work; ``mark`` is the number that ties it to them."""

METADATA_WORDING = re.compile(
    r"\.\s*(?:19|20)\d\d\s?" + _MONTH + r"|\b(?:19|20)\d\d\b[^.;:]{0,12};\s?\d{1,4}\s?(?:\([^)]{1,12}\))?\s?:|"
    r"\bdoi\s?:|\bpmid\b|\S@\S+\.\w{2,}|^.{0,50}\bet al\.\s.{0,60}\b(?:19|20)\d\d\b\W{0,4}\Z|"
    r"^https?://\S+\Z|indexed for medline|"
    r"\ball rights reserved\b|open access article distributed|creative commons attribution|licensee ",
    re.IGNORECASE,
)
"""Wording that makes a short block metadata."""

ARTICLE_TYPE = re.compile(
    r"(?:original |invited |systematic |mini-?)?(?:review|research|article|case report|editorial|letter|"
    r"commentary|chapter|"
    r"short communication|brief report)(?: article| paper)?\Z|open access\Z|authors?\Z|authors and affiliations\Z",
    re.IGNORECASE,
)

STATEMENT = re.compile(r"(?:conflicts? of interests?|disclosure|funding|competing interests)\b", re.IGNORECASE)
"""The beginning of a statement that stays prose."""

FURNITURE_PHRASE = re.compile(
    r"(?:skip (?:to|navigation)\b.{0,30}|u\.?s\.? flag|dot gov|https|similar articles|cited by|see all.{0,30}|"
    r"related (?:information|articles|content).{0,20}|"
    r"download (?:citations?|references|pdf|article|full.text.{0,10}).{0,20}|"
    r"publish with us|policies and ethics|rights and permissions|reprints and permissions|copyright information|"
    r"about this (?:chapter|article|book)|cite this (?:chapter|article)|access this (?:chapter|article|book)|"
    r"editor information|editors and affiliations|authors and affiliations|author information|"
    r"institutional subscriptions|instant access|log ?in|sign (?:in|up).{0,30}|"
    r"subscribe.{0,30}|add to cart|buy now.{0,20}|"
    r"view (?:article|full|all|larger|author).{0,30}|full text links|linkout.{0,40}|pubmed disclaimer|"
    r"privacy policy.{0,40}|terms (?:of use|and conditions|of service).{0,40}|cookie (?:policy|settings|preferences)|"
    r"share this article|share(?: on)?(?: \w+)?|tweet|facebook|twitter|linkedin|follow us.{0,30}|contact us|about us|"
    r"publisher full text|reference source|pubmed abstract|free full text|crossref|google scholar|top|"
    r"(?:soft|hard)cover book|e-?book|instant download|own it forever|read on any device|back to top|menu|search|"
    r"main (?:content|navigation)|home ?page|advertisement|check for updates|export citation.{0,20}|"
    r"free shipping.{0,40}|price excludes.{0,30}|(?:usd|eur|gbp|chf|[$€£])\s?\d[\d.,]*)\.?\Z",
    re.IGNORECASE,
)
"""A whole block that is navigation, shop or legal furniture."""

FURNITURE_WORDING = re.compile(
    r"official website|\.gov\b.{0,30}\b(?:means|website|site)|the site is secure|federal government websites|"
    r"https://\s?ensures|ncbi homepage|access keys|we use cookies|accept (?:all )?cookies|this site uses cookies|"
    r"preview of subscription content|log in (?:via|to)|via an institution|price (?:excludes|includes) vat|"
    r"purchases are for personal use|tax calculation|available as (?:epub|pdf)|dispatched in|shipping worldwide|"
    r"(?:lightweight|hardcover|softcover|paperback) edition|check for updates|verify currency|"
    r"sign up (?:for|to)|subscribe to|add to cart|e-?mail alerts|terms of use|privacy policy|javascript|"
    r"your browser|skip to (?:main )?(?:page )?content|download (?:the )?(?:citation|pdf)|share this article",
    re.IGNORECASE,
)
"""Wording that makes a short block furniture."""
