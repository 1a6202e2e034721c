import codecs
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import folders
from index.decoding import bom_length, byte_length, unmarked
from index.errors import FileSkipped, IndexingError, SettingsError
from index.folders import Skipped, Source, find_files
from index.loading import load
from index.manifest import ManifestEntry
from index.models import Document

MARKS = {
    "utf-8": b"",
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def write(path: Path, data: bytes | str = "Text.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return path


def load_file(path: Path, *, max_bytes: int = 1_000_000, fallback_encoding: str = "cp1252") -> Document:
    (source,) = find_files([path])
    assert isinstance(source, Source)
    return load(source, max_bytes=max_bytes, fallback_encoding=fallback_encoding)


def load_bytes(folder: Path, data: bytes, name: str = "a.txt") -> Document:
    return load_file(write(folder / name, data))


def paths(*roots: Path) -> list[str]:
    return [found.path for found in find_files(roots) if isinstance(found, Source)]


def skips(*roots: Path) -> dict[str, tuple[str, str]]:
    return {found.path: (found.reason, found.message) for found in find_files(roots) if isinstance(found, Skipped)}


def refusal(path: Path, **options: Any) -> FileSkipped:
    with pytest.raises(FileSkipped) as caught:
        load_file(path, **options)
    assert path.name in str(caught.value)
    return caught.value


# Finding


def test_files_come_folder_by_folder_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "z/1.text", "c/2.markdown", "c/1.TXT", "c/d/x.txt"):
        write(tmp_path / name)
    assert paths(tmp_path) == ["a.md", "b.txt", "c/1.TXT", "c/2.markdown", "c/d/x.txt", "z/1.text"]


def test_a_file_given_by_name_is_shown_by_its_name(tmp_path: Path) -> None:
    file = write(tmp_path / "deep" / "a.txt")
    assert list(find_files([file])) == [Source(file, "a.txt")]


def test_locations_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "docs" / "a.txt")
    monkeypatch.chdir(tmp_path)
    assert list(find_files([Path("docs/../docs")])) == [Source(tmp_path / "docs" / "a.txt", "a.txt")]


def test_hidden_files_and_folders_are_passed_over_without_a_word(tmp_path: Path) -> None:
    write(tmp_path / ".secret.txt")
    write(tmp_path / ".git" / "a.txt")
    assert list(find_files([tmp_path])) == []


def test_a_hidden_folder_that_is_named_is_read(tmp_path: Path) -> None:
    write(tmp_path / ".notes" / "a.txt")
    assert paths(tmp_path / ".notes") == ["a.txt"]


def test_a_root_that_does_not_exist_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(IndexingError, match=r"nowhere does not exist\. Check the spelling"):
        find_files([tmp_path, tmp_path / "nowhere"])


def test_a_root_that_is_a_broken_link_says_so(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(IndexingError, match="it is a link to something that is not there"):
        find_files([tmp_path / "gone"])


def test_a_root_that_may_not_be_asked_for_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(IndexingError, match="cannot be reached: Permission denied"):
        find_files([tmp_path])


@pytest.mark.parametrize("name", ["picture.png", "Makefile", "Manifest.toml", "data.csv"])
def test_other_types_in_a_folder_are_ignored_quietly(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, b"")
    assert skips(tmp_path)[name][0] == "ignored"


@pytest.mark.parametrize("name", ["picture.png", "Makefile", "data.csv"])
def test_other_types_given_by_name_are_skipped_with_a_message(tmp_path: Path, name: str) -> None:
    error = refusal(write(tmp_path / name, b"\x89PNG"))
    assert error.reason == "format"
    assert "which is not read" in str(error)


def test_linked_folders_are_followed(tmp_path: Path) -> None:
    write(tmp_path / "outside" / "a.txt")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "linked").symlink_to(tmp_path / "outside")
    assert paths(tmp_path / "root") == ["linked/a.txt"]


def test_a_loop_of_links_ends_with_a_message(tmp_path: Path) -> None:
    write(tmp_path / "sub" / "a.txt")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    assert paths(tmp_path) == ["sub/a.txt"]
    reason, message = skips(tmp_path)["sub/up"]
    assert reason == "link"
    assert "links back to" in message


def test_many_links_to_each_other_are_walked_once_each(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(8)]
    for folder in folders:
        write(folder / "a.txt")
    for folder in folders:
        for other in folders:
            (folder / f"to-{other.name}").symlink_to(other)
    assert paths(tmp_path) == [f"{number}/a.txt" for number in range(8)]


def test_a_folder_reached_twice_is_read_where_it_really_is(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.txt")
    (tmp_path / "also").symlink_to(tmp_path / "real")
    assert paths(tmp_path) == ["real/a.txt"]
    assert "is the same folder as real" in skips(tmp_path)["also"][1]


@pytest.fixture
def deepest(tmp_path: Path) -> Iterator[Path]:
    """A folder deeper than Python recurses; pytest's own clean-up could not remove it."""
    folders = [tmp_path]
    for _ in range(1200):
        folders.append(folders[-1] / "d")
        folders[-1].mkdir()
    yield folders[-1]
    for folder in reversed(folders[1:]):
        folder.rmdir()


def test_a_very_deep_folder_is_no_trouble(tmp_path: Path, deepest: Path) -> None:
    file = write(deepest / "a.txt")
    assert [path.count("/") for path in paths(tmp_path)] == [1200]
    file.unlink()


@pytest.mark.parametrize(("target", "expected"), [("nowhere.txt", "which does not exist"), ("a.txt", "which fails")])
def test_a_link_that_leads_nowhere_is_skipped_with_a_message(tmp_path: Path, target: str, expected: str) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / target)
    reason, message = skips(tmp_path)["a.txt"]
    assert reason == "link"
    assert expected in message


def test_a_folder_that_cannot_be_read_is_skipped_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "locked" / "a.txt")
    write(tmp_path / "open.txt")
    listdir = os.listdir

    def refuse(path: Path) -> list[str]:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refuse)
    assert paths(tmp_path) == ["open.txt"]
    assert skips(tmp_path)["locked"] == (
        "unreadable",
        "The folder locked cannot be read: Permission denied. Check its permissions, then index again.",
    )


def test_a_name_that_is_not_utf8_is_skipped_with_a_message(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"Text.")
    ((name, (reason, message)),) = skips(tmp_path).items()
    assert (name, reason) == ("caf\ufffd.txt", "name")
    assert "Rename it" in message


def test_a_folder_that_vanishes_is_skipped_with_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "gone" / "a.txt")
    found = find_files([tmp_path])
    classify = folders._classify

    def remove(location: Path, path: str, entry: ManifestEntry | None) -> Any:
        result = classify(location, path, entry)
        (location / "a.txt").unlink()
        location.rmdir()
        return result

    monkeypatch.setattr(folders, "_classify", remove)
    (skipped,) = found
    assert isinstance(skipped, Skipped)
    assert (skipped.path, skipped.reason) == ("gone", "vanished")


@pytest.mark.parametrize(
    ("error", "reason"),
    [(FileNotFoundError(2, "No such file"), "vanished"), (PermissionError(13, "Permission denied"), "unreadable")],
)
def test_a_file_without_a_status_is_skipped_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    write(tmp_path / "a.txt")
    found = find_files([tmp_path])
    ask = Path.stat

    def refuse(path: Path, **options: Any) -> os.stat_result:
        if path.name == "a.txt":
            raise error
        return ask(path, **options)

    monkeypatch.setattr(Path, "stat", refuse)
    (skipped,) = found
    assert isinstance(skipped, Skipped)
    assert (skipped.path, skipped.reason) == ("a.txt", reason)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert skips(tmp_path)["a.txt"][0] == "ignored"
    assert skips(tmp_path / "a.txt")["a.txt"][0] == "format"


# What the manifest states


def test_the_manifest_of_a_files_own_folder_gives_title_and_metadata(tmp_path: Path) -> None:
    write(tmp_path / "manifest.toml", '[[documents]]\nfile = "a.txt"\ntitle = "Wrong folder"\n')
    write(tmp_path / "sub" / "manifest.toml", '[[documents]]\nfile = "a.txt"\ntitle = "Right"\nyear = 2020\n')
    file = write(tmp_path / "sub" / "a.txt", "Some other heading\n")
    document = load_file(file)
    assert (document.title, dict(document.metadata)) == ("Right", {"year": "2020"})
    inside = next(found for found in find_files([tmp_path]) if isinstance(found, Source) and found.path == "sub/a.txt")
    assert inside.entry
    assert inside.entry.title == "Right"


def test_a_manifest_that_names_a_missing_file_is_reported_and_not_fatal(tmp_path: Path) -> None:
    write(tmp_path / "manifest.toml", '[[documents]]\nfile = "gone.txt"\n')
    write(tmp_path / "a.txt")
    assert paths(tmp_path) == ["a.txt"]
    reason, message = skips(tmp_path)["gone.txt"]
    assert reason == "missing"
    assert "manifest.toml describes gone.txt, which is not there" in message


def test_a_manifest_that_was_read_is_not_among_what_is_ignored(tmp_path: Path) -> None:
    write(tmp_path / "manifest.toml", '[[documents]]\nfile = "a.txt"\n')
    write(tmp_path / "a.txt")
    assert [found.path for found in find_files([tmp_path])] == ["a.txt"]


def test_a_folder_named_as_the_manifest_is_walked(tmp_path: Path) -> None:
    write(tmp_path / "manifest.toml" / "a.txt")
    assert paths(tmp_path) == ["manifest.toml/a.txt"]


# Formats and troubles


@pytest.mark.parametrize("name", ["paper.txt", "paper"])
def test_a_pdf_by_another_name_is_skipped_and_says_so(tmp_path: Path, name: str) -> None:
    error = refusal(write(tmp_path / name, b"%PDF-1.7\n%\xe2\xe3"))
    assert error.reason == "pdf"
    assert "Name it .pdf" in str(error)


@pytest.mark.parametrize("name", ["paper.pdf", "paper.PDF"])
def test_a_pdf_that_is_cut_off_is_skipped_as_damaged(tmp_path: Path, name: str) -> None:
    assert refusal(write(tmp_path / name, b"%PDF-1.7\n%\xe2\xe3")).reason == "damaged"


@pytest.mark.parametrize("name", ["a.doc", "a.odt", "a.epub", "a.rtf", "a.xlsx"])
def test_known_formats_without_a_reader_are_skipped_with_a_message(tmp_path: Path, name: str) -> None:
    write(tmp_path / name)
    (source,) = find_files([tmp_path])
    assert isinstance(source, Source)
    with pytest.raises(FileSkipped, match="is not read yet") as caught:
        load(source, max_bytes=100, fallback_encoding="cp1252")
    assert caught.value.reason == "format"


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.html", b"<p>A page.", "A page.\n"),
        ("A.HTM", b"<p>A page.", "A page.\n"),
        ("a.xhtml", b"<?xml version='1.0'?><html><body><p>A page.</p></body></html>", "A page.\n"),
        ("a.xml", b"<article><body><p>An article.</p></body></article>", "An article.\n"),
        ("a.nbib", b"PMID- 1\nTI  - A record.\n", "A record.\n\nPMID: 1\n"),
    ],
)
def test_a_format_is_read_by_the_end_of_its_name(tmp_path: Path, name: str, data: bytes, text: str) -> None:
    document = load_file(write(tmp_path / name, data))
    assert (document.text, document.encoding, document.size) == (text, None, len(data))


def test_readers_are_imported_when_they_are_needed() -> None:
    heavy = "{'lxml', 'docx', 'Bio'} & set(sys.modules)"
    code = f"import sys, index.loading, assistant.answering; sys.exit(str({heavy} or ''))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr.strip() == ""
    )


def test_what_a_manifest_states_goes_over_what_the_document_states(tmp_path: Path) -> None:
    stated = '[[documents]]\nfile = "a.html"\nyear = 2020\nurl = "https://a.example/b"\n'
    write(tmp_path / "manifest.toml", stated)
    head = '<meta name="citation_date" content="1999"><meta name="citation_doi" content="10.5555/x">'
    document = load_file(write(tmp_path / "a.html", f"<head>{head}</head><p>A page."))
    assert document.metadata == {"year": "2020", "doi": "10.5555/x", "url": "https://a.example/b"}


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", "\ufeff \n".encode("utf-16-be"), b"\xff\xfe"])
def test_a_file_without_text_is_skipped(tmp_path: Path, data: bytes) -> None:
    assert refusal(write(tmp_path / "a.txt", data)).reason == "empty"


@pytest.mark.parametrize(
    ("data", "test"),
    [
        pytest.param(b"text" * 1000 + b"\x00" + b"text" * 1000, "a NUL byte in its first 8,000 bytes", id="nul"),
        pytest.param(b"\x01\x02\x03abc" * 100, "more than 10 % of its first 8,000 characters", id="controls"),
        pytest.param(bytes(range(1, 256)) * 40, "control characters", id="all bytes but NUL"),
        pytest.param(bytes(range(256)) * 40, "NUL byte", id="all bytes"),
        pytest.param(b"\xff\xfe\x00\xd8\x00\xd8", "NUL byte", id="UTF-16 with lone surrogates"),
    ],
)
def test_a_binary_file_is_skipped_and_the_test_named(tmp_path: Path, data: bytes, test: str) -> None:
    error = refusal(write(tmp_path / "a.txt", data))
    assert error.reason == "binary"
    assert test in str(error)
    assert "or export it as text, and index the result." in str(error)


def test_the_cure_for_nul_bytes_makes_the_file_readable(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", b"Stem cells" * 1000 + b"\x00\x00" + b"secrete" * 1000)
    file.write_bytes(b"\x00" + file.read_bytes())
    cure = r"tr -d '\000' < FILE > CLEAN.txt"
    assert cure in str(refusal(file))
    command = cure.replace("FILE", "a.txt")
    subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=True)
    assert load_file(tmp_path / "CLEAN.txt").text == "Stem cells" * 1000 + "secrete" * 1000


def test_a_file_at_the_limit_is_read_and_one_over_it_is_skipped(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", b"x" * 10)
    assert load_file(file, max_bytes=10).size == 10
    error = refusal(file, max_bytes=9)
    assert error.reason == "too_large"
    assert "10 bytes, more than the limit of 9" in str(error)


def test_a_file_that_vanishes_before_it_is_read_is_skipped(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt")
    (source,) = find_files([tmp_path])
    assert isinstance(source, Source)
    file.unlink()
    with pytest.raises(FileSkipped, match=r"a\.txt vanished") as caught:
        load(source, max_bytes=100, fallback_encoding="cp1252")
    assert caught.value.reason == "vanished"


def test_a_file_that_may_not_be_read_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(13, "Permission denied")

    file = write(tmp_path / "a.txt")
    monkeypatch.setattr(Path, "open", refuse)
    error = refusal(file)
    assert error.reason == "unreadable"
    assert "Permission denied. Check its permissions" in str(error)


def test_an_unknown_fallback_encoding_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'nonsense' is not known"):
        load_file(write(tmp_path / "a.txt", b"caf\xe9"), fallback_encoding="nonsense")


# Encodings


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        pytest.param("β-cell".encode(), "utf-8", "β-cell", id="UTF-8"),
        pytest.param(b"\xef\xbb\xbf\xce\xb2", "utf-8-sig", "β", id="UTF-8 with mark"),
        pytest.param("\ufeffβ 🧬".encode("utf-16-le"), "utf-16", "β 🧬", id="UTF-16 LE with mark"),
        pytest.param("\ufeffβ 🧬".encode("utf-16-be"), "utf-16", "β 🧬", id="UTF-16 BE with mark"),
        pytest.param("Stem cells".encode("utf-16-le"), "utf-16-le", "Stem cells", id="UTF-16 LE"),
        pytest.param("Stem cells".encode("utf-16-be"), "utf-16-be", "Stem cells", id="UTF-16 BE"),
        pytest.param("Стволовые клетки".encode("utf-16-le"), "utf-16-le", "Стволовые клетки", id="Cyrillic UTF-16 LE"),
        pytest.param("\ufeffβ".encode("utf-32-le"), "utf-32", "β", id="UTF-32 LE with mark"),
        pytest.param("\ufeffβ".encode("utf-32-be"), "utf-32", "β", id="UTF-32 BE with mark"),
        pytest.param(b"caf\xe9 \x96 \x80", "cp1252", "café – €", id="cp1252"),
        pytest.param(b"un caf\xe9 noir \x81", "latin-1", "un café noir \x81", id="cp1252 has no such byte"),
        pytest.param(b"a\r\nb\rc\n\x0c", "utf-8", "a\r\nb\rc\n\x0c", id="line ends stay"),
    ],
)
def test_the_encoding_is_found_and_recorded(tmp_path: Path, data: bytes, encoding: str, text: str) -> None:
    document = load_bytes(tmp_path, data)
    assert (document.encoding, document.text) == (encoding, text)


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-32-be"])
def test_a_big_endian_mark_is_counted_in_bytes_and_tells_the_order_of_a_piece(tmp_path: Path, encoding: str) -> None:
    data = MARKS[encoding] + "β-cell 🧬".encode(encoding)
    document = load_bytes(tmp_path, data)
    assert document.encoding is not None
    assert document.text == data.decode(document.encoding) == "β-cell 🧬"
    start = bom_length(document.encoding) + byte_length("β-", document.encoding)
    assert data[start:].decode(unmarked(document.encoding, data)) == "cell 🧬"
    assert unmarked(document.encoding, MARKS[encoding]) == encoding


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_without_its_head_a_marked_file_is_taken_to_be_little_endian(encoding: str) -> None:
    assert unmarked(encoding) == unmarked(encoding, MARKS[f"{encoding}-le"]) == f"{encoding}-le"


def test_a_mark_is_stripped_once(tmp_path: Path) -> None:
    assert load_bytes(tmp_path, "\ufeff\ufeffβ".encode("utf-16-be")).text == "\ufeffβ"


@pytest.mark.parametrize("fallback", ["utf-16", "utf-8-sig"])
def test_a_fallback_with_a_mark_is_not_used_where_there_is_none(tmp_path: Path, fallback: str) -> None:
    file = write(tmp_path / "a.txt", b"caf\xe9")
    assert load_file(file, fallback_encoding=fallback).encoding == "latin-1"


def test_a_fallback_whose_bytes_depend_on_what_came_before_is_not_used(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "café, the rest is ASCII".encode("utf-7") + b"\xe9")
    assert load_file(file, fallback_encoding="utf-7").encoding == "latin-1"


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\r\t"), min_size=1, max_size=60)


@given(
    text=texts,
    encoding=st.sampled_from([*MARKS, "utf-16-le bare", "utf-16-be bare", "cp1252", "latin-1", "any"]),
    noise=st.binary(max_size=60),
    cuts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_the_recorded_encoding_decodes_the_bytes_and_every_span_of_them(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str, noise: bytes, cuts: tuple[float, float]
) -> None:
    if encoding == "any":
        data = noise
    elif encoding in MARKS:
        data = MARKS[encoding] + text.encode(encoding.removesuffix("-sig"))
    else:
        data = text.encode(encoding.removesuffix(" bare"), "replace")
    try:
        document = load_bytes(tmp_path_factory.getbasetemp(), data)
    except FileSkipped:
        return
    assert document.encoding is not None
    assert data.decode(document.encoding) == document.text
    piecewise = unmarked(document.encoding, data)
    assert data[: bom_length(document.encoding)] + document.text.encode(piecewise) == data
    start, end = sorted(round(cut * len(document.text)) for cut in cuts)
    quoted = document.text[start:end]
    first = bom_length(document.encoding) + byte_length(document.text[:start], document.encoding)
    last = bom_length(document.encoding) + byte_length(document.text[:end], document.encoding)
    assert last - first == byte_length(quoted, document.encoding)
    assert data[first:last].decode(piecewise) == quoted


# What a Document says of its file


def test_a_document_is_named_by_the_digest_of_its_bytes(tmp_path: Path) -> None:
    document = load_bytes(tmp_path, b"abc")
    assert document.id == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (document.size, document.media_type, document.extractor) == (3, "text/plain", "text 1")
    assert document.location == str(tmp_path / "a.txt")


@pytest.mark.parametrize("suffix", [".md", ".markdown", ".MD"])
def test_markdown_is_recorded_as_such(tmp_path: Path, suffix: str) -> None:
    assert load_bytes(tmp_path, b"# A\n", f"a{suffix}").media_type == "text/markdown"


LONG = "This paragraph goes on and on for much longer than any title would be allowed to. " * 4


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        pytest.param("a.txt", "Stem cell secretome\n\n\nThe stem cell", "Stem cell secretome", id="first line"),
        pytest.param("a.txt", "\ufeff  Two  blanks\t here \n\nx", "Two blanks here", id="folded"),
        pytest.param("a.txt", "A title that\ngoes on\n\nText", "A title that goes on", id="two lines"),
        pytest.param("a.txt", f"A title\n{LONG}", "A title", id="straight into the text"),
        pytest.param("a.txt", "Skip to main content\n\nMenu\n\n***\n\nReal title\n", "Real title", id="furniture"),
        pytest.param("a.txt", f" Introduction\n\n{LONG}\n\nMethods\n", "a.txt", id="no title"),
        pytest.param("a.txt", "12345\n", "a.txt", id="no letter"),
        pytest.param("a.md", "Preface\n\n## The heading ##\n\n# Other\n", "The heading", id="Markdown heading"),
        pytest.param("a.md", "No heading\n\ntext", "No heading", id="Markdown without heading"),
        pytest.param("a.txt", "# Not Markdown\n", "# Not Markdown", id="plain text has no headings"),
    ],
)
def test_the_title_is_the_first_thing_that_stands_like_one(tmp_path: Path, name: str, text: str, title: str) -> None:
    assert load_bytes(tmp_path, text.encode(), name).title == title
