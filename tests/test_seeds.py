"""The seeds are evidence: byte for byte as given, and their manifest states nothing that they do not."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from index.folders import Source, find_files
from index.loading import load
from index.manifest import read_manifest

SEEDS = Path(__file__).parent.parent / "seeds"

DIGESTS = {
    "000_06d75a321b739f41.txt": "0514ace24a9ae4ef3d5e97c06b7d1e467c677e93ee3d7304ca746ed8ad727b69",
    "001_e3af9324cdf7ef5e.txt": "500ec32f345e0df2b3782fb27967233f61e6e9cdaccb2c1e20c307cf18af9a01",
    "002_b68f2d41b232ec40.txt": "1588f5a3d39bb9f0f4f57380543eecd1321008ada009eb69de3b01936c62bf4f",
    "003_cfaca16fe408d96d.txt": "8ff36ef24679ffb02d5f3ca223dd4641a4bab79ad4dbbf8a2d748078a4042822",
    "004_9eed8aa1bbb39f45.txt": "7efd030b28b398a5e10ee3b572aa743583a76f19abde7861c8d3385f6a4f7269",
}
KINDS = {
    "abstract page",
    "full text extracted from PDF",
    "publisher page",
    "PubMed record",
    "encyclopedia",
}
TITLE_TAKEN_FROM = {"001_e3af9324cdf7ef5e.txt": "000_06d75a321b739f41.txt"}


def stated_text(name: str) -> str:
    return " ".join((SEEDS / name).read_text(encoding="utf-8").split())


def test_the_five_documents_are_the_ones_given() -> None:
    assert {path.name: sha256(path.read_bytes()).hexdigest() for path in SEEDS.glob("*.txt")} == DIGESTS


def test_every_document_is_in_the_manifest_and_is_loaded_with_it() -> None:
    sources = [found for found in find_files([SEEDS]) if isinstance(found, Source)]
    documents = [load(source, max_bytes=1_000_000, fallback_encoding="cp1252") for source in sources]
    assert [document.path for document in documents] == list(DIGESTS)
    assert {document.encoding for document in documents} == {"utf-8"}
    assert all(
        document.title == entry.title for document, entry in zip(documents, read_manifest(SEEDS).values(), strict=True)
    )


@pytest.mark.parametrize("name", DIGESTS)
def test_every_value_in_the_manifest_is_stated_by_the_document(name: str) -> None:
    entry = read_manifest(SEEDS)[name]
    text = stated_text(name)
    assert entry.kind in KINDS
    assert entry.title
    assert entry.title in stated_text(TITLE_TAKEN_FROM.get(name, name))
    stated = entry.model_dump(exclude={"file", "title", "authors", "kind"}, exclude_none=True)
    assert [value for value in stated.values() if value not in text] == []
    assert [author for author in entry.authors if author not in text] == []


def test_the_title_of_the_full_text_is_justified_by_the_shared_figure_caption() -> None:
    pattern = r"Human post-partum tissue mesenchymal stromal cells secrete.*?is provided\."
    caption = re.search(pattern, stated_text("000_06d75a321b739f41.txt"))
    assert caption
    assert caption[0] in stated_text("001_e3af9324cdf7ef5e.txt")
