"""`verify` trusts nothing: one changed byte in a file, one changed character in an answer, are caught and named."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
        "start_line": 2,
        "end_line": 2,
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
    expected = ["hash", "text", "name", "characters", "bytes", "lines", "sentence", "sentence"]
    assert [finding.check for finding in findings] == expected
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
        ("start_char_index", 0, {"characters", "lines"}),
        ("end_char_index", 10_000, {"range", "lines"}),
        ("start_byte", 1, {"bytes"}),
        ("end_byte", 10_000, {"range"}),
        ("start_byte", len(TEXT[: TEXT.index("β")].encode()) + 1, {"bytes"}),
        ("document_id", "sha256:" + "0" * 64, {"hash"}),
        ("start_line", 1, {"lines"}),
        ("end_line", "2", {"lines"}),
        ("file_name", "other.txt", {"name"}),
        ("document_title", "A title from a manifest", set()),
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


def shown(text: str, *quotes: str, folder: Path) -> dict[str, Any]:
    """An answer of one sentence that quotes a file made of these parts, each followed by a line of something else."""
    content = "".join(f"{quote}\nSomething else.\n" for quote in quotes)
    (folder / "cells.txt").write_text(content, encoding="utf-8", newline="")
    numbers = list(range(1, len(quotes) + 1))
    citations = [
        {
            "id": number,
            "role": "part" if len(quotes) > 1 else "source",
            "cited_text": quote,
            "file_name": "cells.txt",
            "start_char_index": content.index(quote),
            "end_char_index": content.index(quote) + len(quote),
        }
        for number, quote in zip(numbers, quotes, strict=True)
    ]
    marked = f"{text} " + "".join(f"[{number}]" for number in numbers)
    sentence = {"text": text, "start": 0, "end": len(text), "citations": numbers}
    return {"answered": True, "answer": marked, "sentences": [sentence], "citations": citations}


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("It was 5 mm long.", ["It was\r\n  5 mm\tlong."]),
        ("mesenchymal cells", ["mesen-\nchymal cells"]),
        ("mesen-chymal cells", ["mesen- \n chymal cells"]),
        ("BM-SCs of marrow- and adipose-derived", ["BM-\nSCs of marrow-\nand adipose-derived"]),
        ("These cells secrete it.", ["These cells", "secrete it."]),
    ],
    ids=["white space", "joined", "kept", "capitals and suspended", "two parts"],
)
def test_the_display_text_of_the_quotations_holds(folder: Path, text: str, quotes: list[str]) -> None:
    assert wrong(check(shown(text, *quotes, folder=folder), folder)) == set()


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("It was 5 mm long.", ["It was -5 mm long."]),
        ("It was -5 mm long.", ["It was 5 mm long."]),
        ("It was - 5 mm long.", ["It was -5 mm long."]),
        ("thetreated cells", ["the treated cells"]),
        ("the  treated cells", ["the treated cells"]),
        ("stemcell", ["stem-cell"]),
        ("mesen- chymal", ["mesen-\nchymal"]),
        ("BMSCs", ["BM-\nSCs"]),
        ("These cellssecrete it.", ["These cells", "secrete it."]),
        ("These cells", ["These cells", "secrete it."]),
    ],
)
def test_an_altered_sentence_does_not_hold(folder: Path, text: str, quotes: list[str]) -> None:
    assert wrong(check(shown(text, *quotes, folder=folder), folder)) == {"sentence"}


@pytest.mark.parametrize(
    "changed",
    [
        {"answer": f"{QUOTE} [1] And it cures."},
        {"answer": f"Not so: {QUOTE} [1]"},
        {"answer": f"{QUOTE} [2]"},
        {"answer": QUOTE},
        {"answer": None},
        {"sentences": []},
        {"sentences": None},
        {"citations": []},
        {"answered": False},
        {"answered": None},
        {"answered": 1},
    ],
    ids=str,
)
def test_an_answer_that_is_more_or_less_than_its_sentences_does_not_hold(
    folder: Path, changed: dict[str, object]
) -> None:
    assert "sentence" in wrong(check(own(folder) | changed, folder))


@pytest.mark.parametrize("changed", [{"role": "agrees"}, {"role": None}, {"id": 2}, {"id": [1]}], ids=str)
def test_a_sentence_needs_a_citation_that_it_is_made_of(folder: Path, changed: dict[str, object]) -> None:
    answer = own(folder)
    answer["citations"][0] |= changed
    assert wrong(check(answer, folder)) == {"sentence"}


CLAIM = "Stromal cells are where TGF-β1 comes from."


def written(folder: Path, **changed: Any) -> dict[str, Any]:
    """An answer that a model wrote and that rests on the quotation."""
    answer = own(folder)
    answer["citations"][0]["role"] = "supports"
    sentence = {"text": CLAIM, "start": 0, "end": len(CLAIM), "citations": [1], "focus": [], "generated": True}
    return answer | {"answer": f"{CLAIM} [1]", "sentences": [sentence | changed]}


def test_a_written_sentence_holds_and_is_told_from_the_sources_own(folder: Path) -> None:
    findings = check(written(folder), folder)
    assert wrong(findings) == set()
    (sentence,) = (finding for finding in findings if finding.citation == "sentence 1")
    assert sentence.generated
    assert sentence.detail.startswith("a model's words, not the source's own")
    assert [finding.generated for finding in findings if finding is not sentence] == [False] * (len(findings) - 1)


@pytest.mark.parametrize("generated", [False, None, 1, "true", [True]], ids=repr)
def test_a_written_sentence_cannot_pass_for_the_sources_own(folder: Path, generated: object) -> None:
    assert wrong(check(written(folder, generated=generated), folder)) == {"sentence"}
    unmarked = written(folder)
    del unmarked["sentences"][0]["generated"]
    assert wrong(check(unmarked, folder)) == {"sentence"}


@pytest.mark.parametrize("generated", [False, None, True], ids=repr)
@pytest.mark.parametrize("role", ["source", "part", "agrees", "supporting", None], ids=str)
def test_a_written_sentence_cites_what_supports_it_and_nothing_that_it_is_made_of(
    folder: Path, role: str | None, generated: object
) -> None:
    answer = written(folder, generated=generated)
    answer["citations"][0]["role"] = role
    assert "sentence" in wrong(check(answer, folder))


def test_a_written_sentence_with_a_source_beside_its_support_does_not_hold(folder: Path) -> None:
    answer = written(folder, citations=[1, 2])
    answer["citations"].append(answer["citations"][0] | {"id": 2, "role": "source"})
    answer["answer"] = f"{CLAIM} [1][2]"
    assert wrong(check(answer, folder)) == {"sentence"}


def test_a_written_sentence_without_citations_does_not_hold(folder: Path) -> None:
    assert wrong(check(written(folder, citations=[]), folder)) == {"sentence"}


def test_what_supports_a_written_sentence_is_checked_against_the_file(folder: Path) -> None:
    answer = written(folder)
    answer["citations"][0]["cited_text"] = CLAIM
    assert wrong(check(answer, folder)) == {"characters", "bytes"}
    answer = written(folder)
    path = folder / "cells.txt"
    path.write_bytes(path.read_bytes().replace(b"Nothing", b"Noth1ng"))
    assert "hash" in wrong(check(answer, folder))


def test_the_whole_of_a_written_answer_is_its_sentences(folder: Path) -> None:
    assert wrong(check(written(folder) | {"answer": f"{CLAIM} [1] Everything else too."}, folder)) == {"sentence"}
    assert wrong(check(written(folder, start=1), folder)) == {"sentence"}


def test_a_written_answer_does_not_say_that_sentences_were_only_extracted(folder: Path) -> None:
    answer = written(folder) | {"generator": {"name": "extractive"}}
    assert wrong(check(answer, folder)) == {"sentence"}
    assert wrong(check(written(folder) | {"generator": {"name": "openai:clear-1"}}, folder)) == set()


def test_a_source_sentence_beside_a_written_one_is_still_held_to_its_source(folder: Path) -> None:
    answer = written(folder)
    start = len(f"{CLAIM} [1] ")
    answer["citations"].append(answer["citations"][0] | {"id": 2, "role": "source"})
    quoted: dict[str, Any] = {
        "text": QUOTE,
        "start": start,
        "end": start + len(QUOTE),
        "citations": [2],
        "generated": False,
    }
    answer["sentences"].append(quoted)
    answer["answer"] = f"{CLAIM} [1] {QUOTE} [2]"
    assert wrong(check(answer, folder)) == set()
    quoted["text"] = QUOTE.replace("stromal", "thymic")
    answer["answer"] = f"{CLAIM} [1] {quoted['text']} [2]"
    quoted["end"] = start + len(quoted["text"])
    assert {finding.citation for finding in check(answer, folder) if not finding.holds} == {"sentence 2"}


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"], ids=repr)
def test_lines_are_counted_at_every_kind_of_line_end(tmp_path: Path, end: str) -> None:
    text = f"One.{end}{end}Two is{end}long.{end}"
    (tmp_path / "a.txt").write_bytes(text.encode())
    quote = text[text.index("Two") :]
    start = text.index(quote)
    citation = {"cited_text": quote, "start_char_index": start, "end_char_index": len(text), "document_index": 0}
    assert wrong(check(citation | {"start_line": 3, "end_line": 4}, tmp_path)) == set()
    assert wrong(check(citation | {"start_line": 3, "end_line": 5}, tmp_path)) == {"lines"}


def test_an_unknown_title_is_not_taken_for_the_nth_file(folder: Path) -> None:
    findings = check(bare(document_title="nope"), folder)
    assert [(finding.check, finding.detail) for finding in findings] == [("document", "no file is called nope")]


def test_the_hash_tells_files_of_one_path_apart(folder: Path) -> None:
    answer, second = own(folder), folder / "second"
    second.mkdir()
    (second / "cells.txt").write_bytes(b"Not these cells.\n")
    found = verify(answer, [second, folder], max_bytes=1_000_000, fallback_encoding="cp1252")
    assert wrong(found) == set()


def test_copies_of_a_file_are_as_good_as_the_file(folder: Path) -> None:
    answer = own(folder)
    raw = (folder / "cells.txt").read_bytes()
    (folder / "cells.txt").unlink()
    for name in ("one.txt", "two.txt", "three.txt"):
        (folder / name).write_bytes(raw)
    assert wrong(check(answer, folder)) == set()


@pytest.mark.parametrize(("quoted", "expected"), [(QUOTE, set()), ("Another", {"document"})])
def test_among_files_of_one_name_the_one_with_the_quotation_is_meant(
    folder: Path, quoted: str, expected: set[str]
) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "cells.txt").write_bytes(b"Not these cells.\n")
    assert wrong(check(bare(cited_text=quoted, document_title="cells"), folder)) == expected


def test_a_citation_of_pages_is_reported_as_not_checked(folder: Path) -> None:
    pages = {"type": "page_location", "cited_text": QUOTE, "document_index": 0, "start_page_number": 1}
    findings = check([bare(), pages], folder)
    assert [(finding.citation, finding.check) for finding in findings if not finding.holds] == [("2", "range")]


@pytest.mark.parametrize("encoding", ["utf\0", "undefined", "utf-16", "\ud800", "hex", 5, ["utf-8"]], ids=repr)
def test_an_encoding_that_the_file_is_not_in_does_not_hold(folder: Path, encoding: object) -> None:
    answer = own(folder)
    answer["documents"][0]["encoding"] = encoding
    assert wrong(check(answer, folder)) == {"text"}


def test_the_recorded_encoding_decodes_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Žlutý kůň.".encode("iso8859-2"))
    citation = {"cited_text": "Žlutý", "start_char_index": 0, "end_char_index": 5, "document_title": "a"}
    assert wrong(check(citation | {"encoding": "latin2", "start_byte": 0, "end_byte": 5}, tmp_path)) == set()


ODD: dict[str, list[object]] = {
    "sentences": [5, [5], {}, ""],
    "citations": [5, [5], {}, ""],
    "cite": [None, 1, [[1]], [{}], "1", [True], [1, 9]],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in ODD.items() for value in values])
def test_odd_shapes_are_findings(folder: Path, field: str, value: object) -> None:
    answer = own(folder)
    if field == "cite":
        answer["sentences"][0]["citations"] = value
    else:
        answer[field] = value
    assert "sentence" in wrong(check(answer, folder))


def test_a_citation_without_its_text_does_not_hold(folder: Path) -> None:
    answer = own(folder)
    del answer["citations"][0]["cited_text"]
    assert wrong(check(answer, folder)) == {"characters", "bytes", "sentence"}


def test_citations_are_found_however_deep(folder: Path) -> None:
    nested: object = bare()
    for _ in range(5_000):
        nested = {"content": [nested]}
    assert [finding.check for finding in check(nested, folder)] == ["characters"]
    deep = check(own(folder) | {"sentences": nested}, folder)
    assert wrong(deep) == {"sentence"}


KEYS = st.sampled_from(
    sorted({"answered", "sentences", "citations", "documents", "text", "start", "end", "index", "path", "encoding"})
    + sorted({"cited_text", "start_char_index", "end_char_index", "document_index", "document_title", "document_id"})
    + sorted({"id", "role", "type", "answer", "file_name", "start_byte", "end_byte", "start_line", "text_sha256"})
)
VALUES = st.sampled_from([QUOTE, "cells.txt", "source", "part", "utf-8", "utf-16", "", "\ud800", 0, 1, 2, 30, -1])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | VALUES
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=30,
)
SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)


@SHARED_FOLDER
@given(answer=ANYTHING)
def test_any_json_gives_findings_or_says_what_is_wanted(folder: Path, answer: object) -> None:
    try:
        findings = check(answer, folder)
    except VerifyError:
        return
    json.dumps([finding.detail + finding.file + finding.citation for finding in findings], ensure_ascii=False).encode()


@SHARED_FOLDER
@given(data=st.data(), value=ANYTHING)
def test_an_answer_with_anything_in_any_field_gives_findings(folder: Path, data: st.DataObject, value: object) -> None:
    answer = own(folder)
    where = data.draw(st.sampled_from([answer, *(answer[key][0] for key in ("sentences", "citations", "documents"))]))
    where[data.draw(st.sampled_from(sorted(where)))] = value
    check(answer, folder)


def test_a_file_that_cannot_be_read_any_more_is_named(folder: Path) -> None:
    answer = own(folder)
    (folder / "cells.txt").write_bytes(b"")
    findings = [finding for finding in check(answer, folder) if not finding.holds]
    assert [(finding.file, finding.check) for finding in findings] == [("cells.txt", "document")]
    assert "empty" in findings[0].detail
