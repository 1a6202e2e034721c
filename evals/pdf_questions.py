"""Questions over PDFs, beside the same over their plain text and the publisher's: what reading their layout is worth.

    python -m evals.pdf_questions ../shared/data/pdf_ccby [--publish] [--show]

Half of the sixty are answered by none of the articles. The judge is the publisher's sentence
(``evals/pdf_cases.py``): a citation is right when its words are those of an accepted place and, in a PDF, when it
stands on that place's page. Indexes anew every time; some minutes.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from assistant.bootstrap import Parts
from evals.measuring import Figure, measure, rate, score_all
from evals.models import Scored
from evals.pdf_asking import Asking, Golds, Judged
from evals.pdf_cases import PdfCase, gold_of, read_cases
from evals.publishing import publish
from evals.results import Column, table
from index.settings import IndexSettings

__all__ = ["CASES", "figures", "shown"]

CASES = Path(__file__).with_name("pdf_cases.jsonl")
FIGURES = (
    "text/evidence_in_one_piece",
    "documents/MRR",
    "extracting/evidence_first",
    "extracting/evidence_any",
    "answering/evidence_first",
    "answering/evidence_any",
    "answering/all_facts",
    "answering/citation_precision",
    "refusing/false_answer_rate",
    "refusing/false_refusal_rate",
    "refusing/AUROC",
    "citations/on_its_page",
    "citations/verified",
)
HEAD = """## Questions over PDFs

24 biomedical PDFs (`pdf_ccby`), 60 questions written from the publishers' XML before any answer was seen, all of them
test cases: 30 that one of the articles answers, 30 near misses that none does. The judge is the publisher's own
sentence. Beside it, the same questions over the same articles as pdfium writes out their text (no headings, no columns,
no page: `citations/on_its_page` is not asked there), and over the paragraphs of the XML, where nothing is broken and
tables are missing. `text/evidence_in_one_piece`: questions whose evidence stands unbroken in the text that is indexed.
`citations/on_its_page`: of the citations with the words of an accepted sentence, those on its page.
`citations/verified`: of all citations, those whose file, read again, has these characters at this place. The rest is
as above.
"""


def figures(judged: Sequence[Judged]) -> dict[str, Figure]:
    """The usual metrics, and two of the citations themselves."""
    on_its_page = [here for each in judged for here in each.on_its_page]
    verified = [same for each in judged for same in each.verified]
    whole = [each.in_one_piece for each in judged if each.outcome.case.answerable]
    return measure(scored(judged)) | {
        "text/evidence_in_one_piece": rate(sum(whole), len(whole)),
        "citations/on_its_page": rate(sum(on_its_page), len(on_its_page)),
        "citations/verified": rate(sum(verified), len(verified)),
    }


def scored(judged: Iterable[Judged]) -> list[Scored]:
    """Every metric of every case."""
    return score_all([each.outcome for each in judged], answering=True)


def shown(judged: Sequence[Judged]) -> Iterator[str]:
    """Each case for people to read: what became of it, and what was said; a star before what cites its evidence."""
    for case, each in zip(scored(judged), judged, strict=True):
        ranked = each.outcome.documents[:1] == tuple(each.outcome.case.relevant)
        nearest = "" if not case.answerable or ranked else f", nearest document: {each.outcome.documents[:1]}"
        missing = "" if case.scores.get("extracting/all_facts", 1) else ", facts missing"
        broken = "" if each.in_one_piece else ", evidence broken in the text"
        yield f"{case.id}: {case.verdict} ({case.confidence:.2f} {case.reason or ''}){missing}{broken}{nearest}"
        yield f"  ? {case.question}"
        for said in case.sentences:
            star = "*" if any(quote.place.file == each.outcome.case.cluster for quote in said.quotes) else " "
            yield f"  {star} {said.text}"


def _plain(folder: Path, into: Path) -> Path:
    """The text of each PDF as pdfium gives it, under the PDF's name."""
    into.mkdir()
    for file in sorted((folder / "pdf_text").glob("*.pdfium.txt")):
        copyfile(file, into / file.name.replace(".pdfium.txt", ".txt"))
    return into


def _publishers(folder: Path, into: Path) -> Path:
    """What the publisher's XML has in paragraphs, under the PDF's name: nothing is broken there, and no table is."""
    into.mkdir()
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = "\n\n".join([row["title"], row["abstract"], *row["paragraphs"]])
        (into / f"{row['id']}.txt").write_text(text, encoding="utf-8")
    return into


def _run(name: str, documents: Path, state_dir: Path, cases: Sequence[PdfCase], golds: Golds) -> list[Judged]:
    parts = Parts(IndexSettings(state_dir=state_dir), notify=lambda line: print(line, file=sys.stderr))
    asking = Asking(documents, parts)
    judged = []
    for number, case in enumerate(cases, 1):
        judged.append(asking.ask(case, golds))
        print(f"\r{name}: {number} of {len(cases)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return judged


def main() -> None:
    """Measure, print the tables and, where that is asked for, put them into evals/RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="has pdf/, pdf_text/, xml/, gold.jsonl and verified_sentences.jsonl")
    parser.add_argument("--show", action="store_true", help="print each case with what was answered")
    parser.add_argument("--only", choices=["PDF", "plain text", "publisher's text"], help="ask one of them only")
    parser.add_argument("--publish", action="store_true", help="write the part of evals/RESULTS.md")
    options = parser.parse_args()
    cases = read_cases(CASES)
    golds = gold_of(cases, options.folder)
    columns = []
    with TemporaryDirectory(ignore_cleanup_errors=True) as given:
        scratch = Path(given)
        sources = {
            "PDF": options.folder / "pdf",
            "plain text": _plain(options.folder, scratch / "plain"),
            "publisher's text": _publishers(options.folder, scratch / "publishers"),
        }
        for name, documents in sources.items():
            if options.only not in {None, name}:
                continue
            judged = _run(name, documents, scratch / f"state of {name}", cases, golds)
            columns.append(Column(name, figures(judged), {}))
            print("\n".join(shown(judged)) if options.show else "", end="\n" if options.show else "")
    lines = list(table(FIGURES, columns))
    print("\n".join(lines))
    if options.publish:
        publish("pdf_questions", f"python -m evals.pdf_questions {shlex.join(sys.argv[1:])}", [HEAD, *lines])


if __name__ == "__main__":
    main()
