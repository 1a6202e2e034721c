"""Flags over environment over file over defaults; what is unknown is an error with a suggestion."""

from pathlib import Path

import pytest

from api.settings import load_settings
from index.errors import SettingsError


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def source_of(name: str, **flags: str) -> tuple[object, str]:
    return next((found.value, found.source) for found in load_settings(flags).origins() if found.name == name)


def test_each_layer_wins_over_the_next(in_empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert source_of("max_sentences") == (4, "default")
    (in_empty_folder / "citespan.toml").write_text("max_sentences = 3\n", encoding="utf-8")
    assert source_of("max_sentences") == (3, "citespan.toml")
    monkeypatch.setenv("CITESPAN_MAX_SENTENCES", "2")
    assert source_of("max_sentences") == (2, "environment CITESPAN_MAX_SENTENCES")
    assert source_of("max_sentences", max_sentences="1") == (1, "flag")


@pytest.mark.parametrize(
    ("variable", "suggestion"),
    [("CITESPAN_MODLE", "CITESPAN_MODEL"), ("CITESPAN_CHROMA", "CITESPAN_CHROMA_URL")],
)
def test_an_unknown_variable_is_an_error_with_a_suggestion(
    monkeypatch: pytest.MonkeyPatch, variable: str, suggestion: str
) -> None:
    monkeypatch.setenv(variable, "x")
    with pytest.raises(SettingsError, match=f"Unknown setting {variable}. Did you mean {suggestion}?"):
        load_settings()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("modle = 'x'\n", "Did you mean citespan.toml: model"),
        ("zzz = 1\n", "citespan config"),
        ("max_sentences = \n", "cannot be read"),
        ("max_sentences = 'many'\n", "max_sentences cannot be 'many'"),
        ("fallback_encoding = 'utf-8'\n", "not a single-byte encoding"),
        ("caution = 'reckless'\n", "caution"),
    ],
)
def test_a_bad_file_is_explained(in_empty_folder: Path, content: str, says: str) -> None:
    (in_empty_folder / "citespan.toml").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        load_settings()
