"""What is shipped works where nothing of this checkout is: a wheel, a fresh environment, a folder of someone's own."""

import json
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_the_wheel_answers_in_a_fresh_environment_elsewhere(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("citespan-*.whl")
    shipped = set(ZipFile(wheel).namelist())
    static = ROOT / "api" / "static"
    assert {path.relative_to(ROOT).as_posix() for path in static.rglob("*") if path.is_file()} <= shipped
    assert {"api/static/pdfjs/pdf.min.mjs", "api/static/pdfjs/pdf.worker.min.mjs"} <= shipped
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    binaries = tmp_path / "venv" / "bin"
    install: list[str | Path] = [
        binaries / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--constraint",
        ROOT / "constraints.txt",
        wheel,
    ]
    if os.environ.get("TORCH_INDEX"):
        install += ["--extra-index-url", os.environ["TORCH_INDEX"]]
    subprocess.run(install, check=True)
    folder, elsewhere = tmp_path / "papers", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "note.txt").write_text("Cold plasma shortened the healing of burns by four days.\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CITESPAN"))}
    environment |= {"HOME": str(tmp_path / "home")}
    ran = subprocess.run(
        [binaries / "citespan", "ask", "--json", "What shortened the healing of burns?", "--documents", folder],
        cwd=elsewhere,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(ran.stdout)["citations"][0]["cited_text"] == (
        "Cold plasma shortened the healing of burns by four days."
    )


@pytest.mark.parametrize("package", ["assistant", "index", "api", "evals"])
def test_no_other_distribution_ships_our_package_names(package: str) -> None:
    assert set(packages_distributions().get(package, [])) <= {"citespan"}
