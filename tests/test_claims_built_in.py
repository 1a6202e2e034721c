"""The built-in judge: what it lets pass, what it does not, and what it tells people."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.claims.built_in import BuiltInJudge
from assistant.claims.judge import Judgement, Premise, Verdict

JUDGE = BuiltInJudge()
MSCS = (
    "Mesenchymal stromal cells (MSCs) significantly increased the secretion of VEGF by 12 mg/l in 24 mice, whereas "
    "fibroblasts did not reduce IL-6 (p < 0.05)."
)
SALAD = "cells mice may not increased 12 mg VEGF, IL-6 than (and) all by without % of . ; reduced some -1 10^6 the"


def judged(claim: str, *quotes: str, before: tuple[str, ...] = ()) -> Judgement:
    return JUDGE.judge(claim, Premise(quotes, before=before))


SUPPORTED = {
    "the sentence itself": (MSCS, MSCS),
    "a part of it": ("MSCs increased the secretion of VEGF by 12 mg/l in 24 mice.", MSCS),
    "its second half": ("Fibroblasts did not reduce IL-6.", MSCS),
    "an abbreviation in full": ("Mesenchymal stromal cells increased the secretion of VEGF in mice.", MSCS),
    "a unit spelled out": ("The dose was 12 milligrams.", "The dose was 12 mg."),
    "the same amount in another unit": ("The dose was 0.5 g.", "The dose was 500 mg."),
    "a number in words": ("Twelve patients died.", "12 patients died."),
    "a comma in a number": ("They counted 1000 cells.", "They counted 1,000 cells."),
    "percent spelled out": ("The rate was 12 percent.", "The rate was 12%."),
    "two-fold as 2-fold": ("It rose 2-fold.", "It rose two-fold."),
    "a range with a dash": ("HGF is viable for 3 to 5 minutes.", "HGF is viable for 3–5 min."),
    "a word of the same direction": ("MSCs decreased pain in rats.", "MSCs reduced pain in rats."),
    "British and American": ("Tumour ischaemia was characterised.", "Tumor ischemia was characterized."),
    "a denial in other words": ("Pain was not affected by MSCs.", "Pain was unaffected by MSCs."),
    "a passive": ("Apoptosis is inhibited by HGF.", "HGF inhibits apoptosis."),
    "the end at the beginning": ("In aged mice, HGF inhibits apoptosis.", "HGF inhibits apoptosis in aged mice."),
    "a hedge that is kept": ("HGF may inhibit apoptosis.", "HGF might inhibit apoptosis."),
    "a hedge that is added": ("HGF may inhibit apoptosis.", "HGF inhibits apoptosis."),
    "an aside left out": ("HGF inhibits apoptosis.", "HGF (a growth factor) strongly inhibits apoptosis."),
    "two sentences, two quotes": (
        "HGF inhibits apoptosis. VEGF promotes angiogenesis.",
        "HGF inhibits apoptosis in mice.",
        "VEGF promotes angiogenesis in rats.",
    ),
    "reference numbers left out": ("HGF inhibits apoptosis in mice.", "HGF [12, 14] inhibits apoptosis [3] in mice."),
}

CHANGED: dict[str, tuple[Verdict, str, str]] = {
    "a number": ("contradicted", "The dose was 20 mg.", "The dose was 12 mg."),
    "a unit": ("contradicted", "The dose was 12 µg.", "The dose was 12 mg."),
    "a limit": ("contradicted", "It lasted more than 5 days.", "It lasted less than 5 days."),
    "a number of nothing": ("not_supported", "HGF inhibits apoptosis in 7 mice.", "HGF inhibits apoptosis in mice."),
    "two numbers exchanged": (
        "contradicted",
        "MSCs survived for 12 days and fibroblasts for 5 days.",
        "MSCs survived for 5 days and fibroblasts for 12 days.",
    ),
    "a denial added": ("contradicted", "HGF does not inhibit apoptosis.", "HGF inhibits apoptosis."),
    "a denial dropped": ("contradicted", "HGF inhibits apoptosis.", "HGF does not inhibit apoptosis."),
    "without for with": ("contradicted", "It heals without scars.", "It heals with scars."),
    "an opposite prefix": ("contradicted", "Pain was affected by MSCs.", "Pain was unaffected by MSCs."),
    "a direction": ("contradicted", "MSCs increased pain.", "MSCs reduced pain."),
    "a direction of the other thing": (
        "not_supported",
        "HGF prevented angiogenesis.",
        "HGF prevented apoptosis and promoted angiogenesis.",
    ),
    "a species": ("contradicted", "MSCs healed wounds in rats.", "MSCs healed wounds in mice."),
    "people for animals": ("contradicted", "MSCs healed wounds in patients.", "MSCs healed wounds in mice."),
    "a cell source": ("contradicted", "Bone marrow cells healed wounds.", "Adipose tissue cells healed wounds."),
    "a name": ("contradicted", "IL-10 rose.", "IL-6 rose."),
    "a name of nothing like it": ("not_supported", "VEGF inhibits apoptosis.", "HGF inhibits apoptosis."),
    "a name that is a word as well": ("not_supported", "ALL was cured by all of it.", "AML was cured by all of it."),
    "a name of the next part": ("not_supported", "IL-10 rose.", "IL-6 rose while IL-10 was lost."),
    "sides of a comparison": (
        "contradicted",
        "Fibroblasts grew faster than keratinocytes.",
        "Keratinocytes grew faster than fibroblasts.",
    ),
    "roles": ("contradicted", "Apoptosis inhibits HGF.", "HGF inhibits apoptosis."),
    "a hedge dropped": ("not_supported", "HGF inhibits apoptosis.", "HGF may inhibit apoptosis."),
    "a supposition dropped": (
        "not_supported",
        "HGF inhibits apoptosis.",
        "The data suggest that HGF inhibits apoptosis.",
    ),
    "a condition dropped": ("not_supported", "Mice survive.", "Mice survive if they are treated."),
    "a question": ("not_supported", "HGF inhibits apoptosis.", "Does HGF really inhibit apoptosis?"),
    "a cause of what goes together": ("not_supported", "Obesity causes pain.", "Obesity is associated with pain."),
    "all for some": ("not_supported", "All patients recovered.", "Some patients recovered."),
    "some left out": ("not_supported", "Patients recovered.", "Only a minority of patients recovered."),
    "two parts joined": ("not_supported", "HGF promotes scars.", "HGF blocks apoptosis and VEGF promotes scars."),
    "something added": ("not_supported", "HGF inhibits apoptosis and ageing.", "HGF inhibits apoptosis."),
    "a degree added": ("not_supported", "HGF significantly inhibits apoptosis.", "HGF inhibits apoptosis."),
    "another subject altogether": ("not_supported", "The Moon is far away.", "HGF inhibits apoptosis."),
    "a denied view": (
        "contradicted",
        "HGF inhibits apoptosis.",
        "It is not true that HGF inhibits apoptosis.",
    ),
}


@pytest.mark.parametrize(("claim", "quotes"), [(case[0], case[1:]) for case in SUPPORTED.values()], ids=SUPPORTED)
def test_what_a_quotation_says_is_supported(claim: str, quotes: tuple[str, ...]) -> None:
    assert judged(claim, *quotes) == Judgement("supported", "", 1.0)


@pytest.mark.parametrize(("verdict", "claim", "quote"), CHANGED.values(), ids=CHANGED)
def test_what_a_quotation_does_not_say_is_not(verdict: Verdict, claim: str, quote: str) -> None:
    found = judged(claim, quote)
    assert found.verdict == verdict, found.reason
    assert found.reason


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("MSCs increased the secretion of VEGF by 20 mg/l.", "the quotation has 12 mg/l, the claim 20 mg/l"),
        ("MSCs decreased the secretion of VEGF.", 'the quotation says "increased", the claim "decreased"'),
        ("MSCs increased the secretion of VEGF in rats.", "the quotation is about mice, the claim about rats"),
        ("MSCs increased the secretion of IL-10.", "the quotation has IL-6, the claim IL-10"),
        ("MSCs increased the secretion of insulin.", 'the quotation does not say "insulin"'),
    ],
)
def test_the_reason_is_for_people(claim: str, reason: str) -> None:
    assert judged(claim, MSCS).reason == reason


def test_neighbours_say_what_it_is() -> None:
    quote, before = "It inhibits apoptosis in mice.", ("HGF is a growth factor.",)
    assert judged("HGF inhibits apoptosis in mice.", quote).verdict == "not_supported"
    assert judged("HGF inhibits apoptosis in mice.", quote, before=before).verdict == "supported"


def test_neighbours_alone_support_nothing() -> None:
    before = ("HGF inhibits apoptosis in mice.",)
    assert judged("HGF inhibits apoptosis in mice.", "VEGF is another factor.", before=before).verdict != "supported"


def test_a_name_of_a_neighbour_does_not_replace_that_of_the_quotation() -> None:
    found = judged("VEGF inhibits apoptosis.", "HGF inhibits apoptosis.", before=("VEGF is a growth factor.",))
    assert found.verdict != "supported"


def test_an_abbreviation_means_what_the_documents_say() -> None:
    ways = {"msc": [frozenset({"mesenchym", "stromal", "cell"})]}
    quote = "Mesenchymal stromal cells heal wounds."
    assert JUDGE.judge("MSCs heal wounds.", Premise((quote,))).verdict == "not_supported"
    assert JUDGE.judge("MSCs heal wounds.", Premise((quote,), ways=ways)).verdict == "supported"


@pytest.mark.parametrize("claim", ["", " ", "?!", "of the"])
def test_a_claim_of_nothing_is_not_supported(claim: str) -> None:
    assert judged(claim, MSCS).verdict == "not_supported"


def test_without_quotations_nothing_is_supported() -> None:
    assert judged(MSCS).verdict == "not_supported"
    assert judged(MSCS, "").verdict == "not_supported"


SENTENCES = st.lists(st.sampled_from(SALAD.split()), min_size=4, max_size=20).map(" ".join)
TEXTS = SENTENCES | st.text(max_size=200)


@given(SENTENCES)
def test_a_verbatim_quotation_is_supported(quote: str) -> None:
    assume(re.search(r"cells|mice|VEGF|IL-6", quote))
    assert judged(quote, quote).verdict == "supported"


@given(
    st.sampled_from(
        ["The dose was {} mg.", "{} mice died.", "It rose by {}% in {} h.", "They had {}–{} days, not less."]
    ),
    st.lists(st.integers(2, 99_999), min_size=2, max_size=2),
    st.data(),
)
def test_a_changed_digit_is_never_supported(form: str, numbers: list[int], data: st.DataObject) -> None:
    quote = form.format(*numbers)
    place = data.draw(st.sampled_from([place for place, character in enumerate(quote) if character.isdigit()]))
    digit = data.draw(st.sampled_from("123456789"))
    claim = quote[:place] + digit + quote[place + 1 :]
    assume(claim != quote)
    assert judged(claim, quote).verdict != "supported"


@given(TEXTS, st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=2))
def test_any_text_is_judged(claim: str, quotes: list[str], before: list[str]) -> None:
    found = JUDGE.judge(claim, Premise(tuple(quotes), before=tuple(before)))
    assert 0 <= found.score <= 1
    assert bool(found.reason) == (found.verdict != "supported")


@pytest.mark.parametrize(
    "claim",
    ["a " * 1000, "12 " * 600, "not " * 500, "1,000" * 400, "(" * 2000, "IL-" * 600, "1^9" * 600, "increased " * 200],
    ids=lambda claim: claim[:6].strip(),
)
def test_hostile_claims_take_no_time(claim: str) -> None:
    quotes = tuple(f"{claim[:1500]} mice {number}." for number in range(20))
    started = time.perf_counter()
    JUDGE.judge(claim, Premise(quotes))
    assert time.perf_counter() - started < 2


def test_a_claim_takes_milliseconds() -> None:
    started = time.perf_counter()
    for number in range(50):
        judged(f"MSCs increased the secretion of VEGF by {number} mg/l in mice.", MSCS, MSCS.lower())
    assert (time.perf_counter() - started) / 50 < 0.05


def test_many_threads_may_judge_at_once() -> None:
    claims = [claim for claim, *_ in SUPPORTED.values()]
    expected = [judged(claim, MSCS) for claim in claims]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda claim: judged(claim, MSCS), claims)) == expected
