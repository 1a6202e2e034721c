"""Lexical search: BM25 (k1 = 1.2, b = 0.75; Robertson & Zaragoza 2009) by tantivy, derived from the store.

tantivy maps its files into memory, so opening costs the same at any size, and takes and drops documents without a
rebuild. Our own terms go in (``index/tokenizing.py``); no tantivy type leaves this file.
"""

import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import tantivy

from index.tokenizing import terms, words

__all__ = ["LexicalIndex"]

REWRITTEN_BELOW = 50_000
"""Passages up to which a removal rewrites the index.

tantivy counts removed passages in its statistics until it merges them away. Rewritten, the same documents give the same
scores whatever the history; above this size that is left to the merges.
"""
LONGEST_TERM = 200
"""Longer terms (code points) are noise from damaged files and are left out."""
WRITER_BYTES = 64_000_000


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

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """What is on disk. Raises OSError or ValueError where a writer was interrupted or the files are damaged."""
        listing = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
        try:
            index = cls(folder, frozenset(listing["keys"]))
            complete = index.passages == listing["passages"] and index.passages_with("") == 0  # reads what search reads
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

    def replaced(
        self, added: Iterable[tuple[str, Sequence[tuple[str, str]]]], removed: Collection[str]
    ) -> "LexicalIndex":
        """Without the documents ``removed``, with those ``added``: (key, [(passage id, text), …]).

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
            for passage_id, text in passages:
                writer.add_document(
                    tantivy.Document(
                        passage=passage_id, document=key, terms=_joined(terms(text)), words=_joined(words(text))
                    )
                )
        writer.commit()
        writer.wait_merging_threads()
        index = LexicalIndex(self._folder, frozenset(keys))
        listing.write_text(json.dumps({"keys": sorted(keys), "passages": index.passages}), encoding="utf-8")
        return index

    def _stored(self, keys: Collection[str]) -> Iterator[tantivy.Document]:
        """The passages of these documents as they were put in."""
        everything = self._searcher.search(tantivy.Query.all_query(), max(self.passages, 1), count=False)
        for _, address in everything.hits:
            document = self._searcher.doc(address)
            if document.get_first("document") in keys:
                yield document

    def search(self, question: str, *, limit: int, documents: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Ids of the ``limit`` best passages with their BM25 score, best first, ties by id."""
        wanted = [term for term in dict.fromkeys(terms(question)) if len(term) <= LONGEST_TERM]
        if not wanted or limit < 1:
            return []
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "terms", term, "freq")) for term in wanted]
        )
        if documents is not None:
            within = tantivy.Query.term_set_query(self._schema, "document", sorted(documents))
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, tantivy.Query.const_score_query(within, 0.0))]
            )
        # A few more than asked for, so that which of several equals come first does not depend on their place on disk.
        hits = self._searcher.search(query, limit + 50, count=False).hits
        found = [(str(self._searcher.doc(address).get_first("passage")), float(score)) for score, address in hits]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def passages_with(self, term: str) -> int:
        """In how many passages a term stands."""
        return self._searcher.doc_freq("terms", term)

    def knows(self, word: str) -> bool:
        """Whether a word, as written but for case, stands anywhere in the documents."""
        return self._searcher.doc_freq("words", word.casefold()) > 0

    @property
    def passages(self) -> int:
        """How many passages are indexed."""
        return self._searcher.num_docs


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("passage", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("terms", stored=True, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("words", stored=True, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def _joined(found: Iterable[str]) -> str:
    return " ".join(term for term in found if len(term) <= LONGEST_TERM)
