"""JUnit XML: the gates and the cases as tests.

A case that is not right is ``skipped`` with what became of it, so that only a broken gate makes the file red; the
cases that a red run has lost against its baseline fail too.
"""

from collections.abc import Iterator

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from evals.comparing import Comparison, Difference
from evals.models import Scored
from evals.rendering.words import change_in_words, shown_answer
from evals.report import Report

__all__ = ["junit_xml"]

_FORBIDDEN = {code: "\ufffd" for code in range(32) if chr(code) not in "\t\n\r"} | {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
"""What XML 1.0 cannot hold."""


def junit_xml(report: Report, comparison: Comparison | None) -> bytes:
    """The report as JUnit XML, in UTF-8."""
    document = JUnitXml()
    if comparison:
        document.add_testsuite(_suite(f"{report.name}: gates", map(_gate, _gates(comparison))))
    lost = {flip.after.id for flip in comparison.flips if flip.lost} if comparison and comparison.red else set()
    judged = [case for case in report.cases if case.right is not None]
    document.add_testsuite(_suite(f"{report.name}: cases", (_case(case, lost=case.id in lost) for case in judged)))
    document.update_statistics()  # type: ignore[no-untyped-call]
    return bytes(document.tostring())  # type: ignore[no-untyped-call]


def _gates(comparison: Comparison) -> list[Difference]:
    return [difference for difference in comparison.differences if difference.gate]


def _suite(name: str, tests: Iterator[TestCase]) -> TestSuite:
    suite = TestSuite(_clean(name))
    suite.add_testcases(list(tests))
    return suite


def _gate(difference: Difference) -> TestCase:
    test = TestCase(f"{difference.metric} ({difference.split})", "gates")
    if difference.red:
        test.result = [Failure(change_in_words(difference), "regression")]
    return test


def _case(case: Scored, *, lost: bool) -> TestCase:
    test = TestCase(_clean(f"{case.id}: {case.question}"), _clean(f"cases.{case.kind}"), case.milliseconds / 1000)
    if lost:
        test.result = [Failure(f"{case.verdict}; it was right in the baseline", "regression")]
    elif case.right is False:
        test.result = [Skipped(case.verdict)]
    test.system_out = _clean(shown_answer(case))
    return test


def _clean(text: str) -> str:
    return text.translate(_FORBIDDEN).encode("utf-8", "replace").decode()
