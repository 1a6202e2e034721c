"""Lexical search: BM25 (k1 = 1.2, b = 0.75; Robertson & Zaragoza 2009) by tantivy, derived from the store.

tantivy maps its files into memory, so opening costs the same at any size, and takes and drops documents without a
rebuild. Our own terms go in (``index/tokenizing.py``); no tantivy type leaves this file.
"""

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.abbreviations import Definition
from index.tokenizing import terms, words

__all__ = ["Entry", "LexicalIndex", "Ways"]

Ways = Mapping[str, Sequence[frozenset[str]]]
"""By term of a question, what else says it: any of these sets of terms, whole."""
FORMAT = 2
"""Changes whenever the same passages would be put in differently; what is on disk is then made anew."""

REWRITTEN_BELOW = 50_000
"""Passages up to which a removal rewrites the index.

tantivy counts removed passages in its statistics until it merges them away. Rewritten, the same documents give the same
scores whatever the history; above this size that is left to the merges.
"""
LONGEST_TERM = 200
"""Longer terms (code points) are noise from damaged files and are left out."""
NAMES_KEPT = 65_536
"""Ids of passages, of some 200 bytes each, that an open index remembers."""
WRITER_BYTES = 64_000_000


class Entry(NamedTuple):
    """A passage as it is put in: its id, the text that is searched, and the abbreviations that it defines."""

    passage: str
    text: str
    definitions: Sequence[Definition] = ()


class LexicalIndex:
    """The terms of a volume's passages. An opened object never changes: ``open`` another one."""

    def __init__(self, folder: Path, keys: frozenset[str]) -> None:
        self._folder = folder
        self.keys = keys
        self._schema = _schema()
        (folder / "tantivy").mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(self._schema, path=str(folder / "tantivy"))
        self._index.config_reader(reload_policy="manual")  # an opened object never changes, so no thread watches for it
        self._searcher = self._index.searcher()
        self._named = _names(self._searcher)
        self._words: dict[str, list[str]] = {}

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """What is on disk. Raises OSError or ValueError where a writer was interrupted or the files are damaged."""
        listing = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
        try:
            index = cls(folder, frozenset(listing["keys"]))
            complete = listing["format"] == FORMAT and index.passages == listing["passages"]
            complete = complete and index.passages_with("") == 0  # reads what search reads
        except (TypeError, KeyError):
            complete = False
        if not complete:
            raise ValueError(f"{folder} does not hold the passages that it lists")
        return index

    @classmethod
    def empty(cls, folder: Path) -> "LexicalIndex":
        """Start anew, dropping whatever is on disk."""
        shutil.rmtree(folder, ignore_errors=True)
        return cls(folder, frozenset())

    def replaced(self, added: Iterable[tuple[str, Sequence[Entry]]], removed: Collection[str]) -> "LexicalIndex":
        """Without the documents ``removed``, with those ``added``: (key, passages).

        One writer at a time.
        """
        listing = self._folder / "keys.json"
        listing.unlink(missing_ok=True)  # until it is back, the folder counts as interrupted
        writer = self._index.writer(heap_size=WRITER_BYTES, num_threads=1)
        keys = set(self.keys - set(removed))
        if removed and self.passages <= REWRITTEN_BELOW:
            writer.delete_all_documents()
            for document in self._stored(keys):
                writer.add_document(document)
        else:
            for key in removed:
                writer.delete_documents_by_term("document", key)
        for key, passages in added:
            keys.add(key)
            for entry in passages:
                writer.add_document(_stored_form(key, entry))
        writer.commit()
        writer.wait_merging_threads()
        index = LexicalIndex(self._folder, frozenset(keys))
        listing.write_text(
            json.dumps({"format": FORMAT, "keys": sorted(keys), "passages": index.passages}), encoding="utf-8"
        )
        return index

    def _stored(self, keys: Collection[str]) -> Iterator[tantivy.Document]:
        """The passages of these documents as they were put in."""
        everything = self._searcher.search(tantivy.Query.all_query(), max(self.passages, 1), count=False)
        for _, address in everything.hits:
            document = self._searcher.doc(address)
            if document.get_first("document") in keys:
                yield document

    def search(
        self, question: str, *, limit: int, documents: Collection[str] | None = None, ways: Ways | None = None
    ) -> list[tuple[str, float]]:
        """Ids of the ``limit`` best passages with their BM25 score, best first, ties by id.

        Where a term can be said in other ``ways``, the best of them counts, several terms by the mean of their scores.
        """
        wanted = [term for term in dict.fromkeys(terms(question)) if len(term) <= LONGEST_TERM]
        if not wanted:
            return []
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, self._said(term, (ways or {}).get(term, ()))) for term in wanted]
        )
        return self._best(query, limit=limit, documents=documents)

    def defining(self, definition: Definition, *, limit: int, documents: Collection[str] | None = None) -> list[str]:
        """Ids of ``limit`` passages that define an abbreviation so, those first that define little else."""
        query = tantivy.Query.term_query(self._schema, "meanings", "=".join(definition), "basic")
        return [name for name, _ in self._best(query, limit=limit, documents=documents)]

    def meanings(self, short: str) -> list[tuple[Definition, int]]:
        """What the documents say that an abbreviation stands for, and in how many passages, most first."""
        return self._definitions("meanings", short)

    def abbreviations(self, long: str) -> list[tuple[Definition, int]]:
        """How the documents abbreviate something, and in how many passages, most first."""
        return [(Definition(*reversed(found)), count) for found, count in self._definitions("forms", long)]

    def _definitions(self, field: str, key: str) -> list[tuple[Definition, int]]:
        found = self._searcher.terms_with_prefix(field, f"{key}=")
        return [(Definition(*token.split("=", 1)), count) for token, count in found]

    def _said(self, term: str, ways: Sequence[frozenset[str]]) -> tantivy.Query:
        own = tantivy.Query.term_query(self._schema, "terms", term, "freq")
        return tantivy.Query.disjunction_max_query([own, *map(self._all_of, ways)]) if ways else own

    def _all_of(self, way: frozenset[str]) -> tantivy.Query:
        queries = [tantivy.Query.term_query(self._schema, "terms", term, "freq") for term in sorted(way)]
        whole = tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])
        return tantivy.Query.boost_query(whole, 1 / len(queries))

    def _best(self, query: tantivy.Query, *, limit: int, documents: Collection[str] | None) -> list[tuple[str, float]]:
        if limit < 1:
            return []
        if documents is not None:
            within = tantivy.Query.term_set_query(self._schema, "document", sorted(documents))
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, tantivy.Query.const_score_query(within, 0.0))]
            )
        # A few more than asked for, so that which of several equals come first does not depend on their place on disk.
        hits = self._searcher.search(query, limit + 50, count=False).hits
        least = hits[:limit][-1][0] if hits else 0.0
        found = [
            (self._named(address.segment_ord, address.doc), float(score)) for score, address in hits if score >= least
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def passages_with(self, term: str) -> int:
        """In how many passages a term stands."""
        return self._searcher.doc_freq("terms", term)

    def knows(self, word: str) -> bool:
        """Whether a word, as written but for case, stands anywhere in the documents."""
        return self._searcher.doc_freq("words", word.casefold()) > 0

    def words_near(self, word: str, *, distance: int) -> list[tuple[str, int]]:
        """Words with the same first letter, at most so many slips (a swap is one) away, and in how many passages.

        They are as ``knows`` has them.
        """
        found = process.extract(word, self._words_from(word[0]), scorer=OSA.distance, score_cutoff=distance, limit=None)
        return sorted((near, self._searcher.doc_freq("words", near)) for near, _, _ in found)

    def _words_from(self, letter: str) -> list[str]:
        """Reading them takes milliseconds, so a letter is read when a misspelt word begins with it, once."""
        if letter not in self._words:
            self._words[letter] = [word for word, _ in self._searcher.terms_with_prefix("words", letter)]
        return self._words[letter]

    @property
    def passages(self) -> int:
        """How many passages are indexed."""
        return self._searcher.num_docs


def _names(searcher: tantivy.Searcher) -> Callable[[int, int], str]:
    """The passage at an address of the searcher: reading one from disk takes ten microseconds, so many are kept."""

    @lru_cache(maxsize=NAMES_KEPT)
    def named(segment: int, number: int) -> str:
        return str(searcher.doc(tantivy.DocAddress(segment, number)).get_first("passage"))

    return named


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("passage", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("terms", stored=True, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("words", stored=True, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("meanings", stored=True, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("forms", stored=True, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def _stored_form(key: str, entry: Entry) -> tantivy.Document:
    return tantivy.Document(
        passage=entry.passage,
        document=key,
        terms=_joined(terms(entry.text)),
        words=_joined(words(entry.text)),
        meanings=_joined(f"{short}={long}" for short, long in entry.definitions),
        forms=_joined(f"{long}={short}" for short, long in entry.definitions),
    )


def _joined(found: Iterable[str]) -> str:
    return " ".join(term for term in found if len(term) <= LONGEST_TERM)
