from pathlib import Path

import pytest

from index.errors import IndexingError
from index.manifest import read_manifest


def write(folder: Path, text: str) -> Path:
    (folder / "manifest.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_without_a_manifest_states_nothing(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}


def test_everything_stated_is_read_as_strings_and_authors_are_joined(tmp_path: Path) -> None:
    entries = read_manifest(
        write(
            tmp_path,
            """
            [[documents]]
            file = "a.txt"
            title = "A title"
            authors = ["Konala VB", "Pal R"]
            year = 2016
            pmid = 26631828
            licence = "CC BY 4.0"
            """,
        )
    )
    assert entries["a.txt"].title == "A title"
    assert entries["a.txt"].metadata == {
        "authors": "Konala VB; Pal R",
        "year": "2016",
        "pmid": "26631828",
        "licence": "CC BY 4.0",
    }


def test_only_the_file_is_required(tmp_path: Path) -> None:
    entry = read_manifest(write(tmp_path, '[[documents]]\nfile = "a.txt"\n'))["a.txt"]
    assert (entry.title, entry.metadata) == (None, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[[documents]\n", "is not valid TOML", id="broken TOML"),
        pytest.param('[[document]]\nfile = "a"\n', "unknown key 'document'. Did you mean 'documents'?", id="table"),
        pytest.param(
            '[[documents]]\nfile = "a.txt"\n[[documents]]\nfile = "b.txt"\ntitel = "x"\n',
            "unknown key 'titel' in [[documents]] table 2 (b.txt). Did you mean 'title'?",
            id="misspelt key",
        ),
        pytest.param('[[documents]]\nfile = "a"\nzzz = 1\n', "unknown key 'zzz'", id="unknown key"),
        pytest.param('[[documents]]\ntitle = "x"\n', "no file is named in [[documents]] table 1", id="no file"),
        pytest.param('[[documents]]\nfile = "sub/a.txt"\n', "must be a plain file name", id="file in a folder"),
        pytest.param('[[documents]]\nfile = "a"\n[[documents]]\nfile = "a"\n', "describes a twice", id="twice"),
        pytest.param('[[documents]]\nfile = "a"\nauthors = "X"\n', "authors in [[documents]] table 1", id="no list"),
        pytest.param('[[documents]]\nfile = "a"\ntitle = " "\n', "title in [[documents]] table 1", id="empty"),
        pytest.param('documents = "a.txt"\n', "written as [[documents]] tables", id="no tables"),
        pytest.param('documents = ["a.txt"]\n', "documents", id="no table inside"),
    ],
)
def test_a_bad_manifest_says_where_and_what_to_do(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(IndexingError) as caught:
        read_manifest(write(tmp_path, text))
    assert expected in str(caught.value)
    assert str(tmp_path / "manifest.toml") in str(caught.value)


def test_a_manifest_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_bytes(b'[[documents]]\nfile = "caf\xe9.txt"\n')
    with pytest.raises(IndexingError, match="is not UTF-8"):
        read_manifest(tmp_path)


def test_a_manifest_that_cannot_be_opened_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> str:
        raise PermissionError(13, "Permission denied")

    write(tmp_path, "")
    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(IndexingError, match="cannot be read: Permission denied"):
        read_manifest(tmp_path)
