"""`verify` trusts nothing: one changed byte in a file, one changed character in an answer, are caught and named."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.verifying import Finding, VerifyError, verify
from index.errors import IndexingError

TEXT = "Monocytes clear debris.\r\nTGF-β1 is \U0001f9ec secreted by stromal cells. Nothing else is.\n"
QUOTE = "TGF-β1 is \U0001f9ec secreted by stromal cells."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cells.txt").write_bytes(TEXT.encode())
    (tmp_path / "other.txt").write_bytes(b"Another text.\n")
    return tmp_path


def check(answer: object, folder: Path) -> list[Finding]:
    return verify(answer, [folder], max_bytes=1_000_000, fallback_encoding="cp1252")


def bare(**changed: Any) -> dict[str, Any]:
    """A citation as other systems make it."""
    start = TEXT.index(QUOTE)
    citation = {
        "type": "char_location",
        "cited_text": QUOTE,
        "document_index": 0,
        "document_title": "cells.txt",
        "start_char_index": start,
        "end_char_index": start + len(QUOTE),
    }
    return citation | changed


def own(folder: Path) -> dict[str, Any]:
    """An answer as citespan makes it, by hand."""
    from hashlib import sha256

    raw = (folder / "cells.txt").read_bytes()
    start = TEXT.index(QUOTE)
    start_byte = len(TEXT[:start].encode())
    citation = bare() | {
        "id": 1,
        "role": "source",
        "document_id": f"sha256:{sha256(raw).hexdigest()}",
        "file_name": "cells.txt",
        "start_byte": start_byte,
        "end_byte": start_byte + len(QUOTE.encode()),
    }
    return {
        "schema": 1,
        "answered": True,
        "answer": f"{QUOTE} [1]",
        "sentences": [{"text": QUOTE, "start": 0, "end": len(QUOTE), "citations": [1], "focus": []}],
        "citations": [citation],
        "documents": [
            {
                "index": 0,
                "id": citation["document_id"],
                "path": "cells.txt",
                "encoding": "utf-8",
                "text_sha256": sha256(TEXT.encode()).hexdigest(),
            }
        ],
    }


def wrong(findings: list[Finding]) -> set[str]:
    return {finding.check for finding in findings if not finding.holds}


def test_a_true_answer_holds_in_every_check(folder: Path) -> None:
    findings = check(own(folder), folder)
    assert {finding.check for finding in findings} == {"hash", "text", "characters", "bytes", "sentence"}
    assert wrong(findings) == set()


@pytest.mark.parametrize("position", [0, 30, len(TEXT.encode()) - 1], ids=["before", "inside", "behind"])
def test_one_changed_byte_is_caught_and_the_file_named(folder: Path, position: int) -> None:
    answer = own(folder)
    raw = bytearray((folder / "cells.txt").read_bytes())
    raw[position] = ord("#")
    (folder / "cells.txt").write_bytes(raw)
    findings = check(answer, folder)
    assert "hash" in wrong(findings)
    assert all(finding.file == "cells.txt" for finding in findings if not finding.holds)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("cited_text", QUOTE.replace("secreted", "absorbed"), {"characters", "bytes", "sentence"}),
        ("start_char_index", 0, {"characters"}),
        ("end_char_index", 10_000, {"range"}),
        ("start_byte", 1, {"bytes"}),
        ("end_byte", 10_000, {"range"}),
        ("document_id", "sha256:" + "0" * 64, {"hash"}),
    ],
)
def test_a_citation_that_was_tampered_with_is_caught(
    folder: Path, field: str, value: object, expected: set[str]
) -> None:
    answer = own(folder)
    answer["citations"][0][field] = value
    assert wrong(check(answer, folder)) == expected


def test_a_sentence_that_its_citations_do_not_quote_is_caught(folder: Path) -> None:
    answer = own(folder)
    answer["sentences"][0]["text"] = "TGF-β1 is never secreted."
    assert wrong(check(answer, folder)) == {"sentence"}


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda citation: citation,
        lambda citation: [citation],
        lambda citation: {"citations": [citation]},
        lambda citation: {"content": [{"type": "text", "text": "It is.", "citations": [citation]}]},
    ],
    ids=["alone", "list", "object", "message"],
)
def test_bare_citations_of_other_systems_are_checked(folder: Path, wrapped: Any) -> None:
    findings = check(wrapped(bare()), folder)
    assert [(finding.check, finding.holds) for finding in findings] == [("characters", True)]
    assert wrong(check(wrapped(bare(start_char_index=3)), folder)) == {"characters"}


def test_without_a_title_the_index_counts_files_by_name(folder: Path) -> None:
    assert wrong(check([bare(document_title=None)], folder)) == set()


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    findings = check([bare(document_title="gone.txt", file_name="gone.txt")], folder)
    assert [(finding.file, finding.check) for finding in findings if not finding.holds] == [("gone.txt", "document")]


def test_a_refusal_has_nothing_to_check(folder: Path) -> None:
    assert check({"schema": 1, "answered": False, "citations": []}, folder) == []


def test_json_without_citations_says_what_is_wanted(folder: Path) -> None:
    with pytest.raises(VerifyError, match="cited_text"):
        check(json.loads('{"hello": 1}'), folder)


def test_a_folder_that_does_not_exist_is_an_error(folder: Path) -> None:
    with pytest.raises(IndexingError, match="does not exist"):
        check([bare()], folder / "nowhere")
