"""The mutation test of judges of claims: what it changes, what it says otherwise, and the gate over our own cases."""

import json
import random
import re
from pathlib import Path

import pytest

from assistant.claims.built_in import BuiltInJudge
from assistant.claims.judge import Judgement, Premise
from evals.mutating import MUTATIONS, Material, names_of
from evals.mutations import Claim, Outcome, from_cases, from_scifact, outcomes, table
from evals.rewording import REWORDINGS

CASES = Path(__file__).parent.parent / "evals" / "cases.jsonl"
SENTENCE = (
    "Here, MSCs may have increased VEGF by 12 mg in 24 mice, whereas IL-6 was not lower in most bone marrow cells."
)
NEVER_SHOWN = (
    "number",
    "unit",
    "negation added",
    "negation dropped",
    "species",
    "cell source",
    "name",
    "direction",
    "hedge dropped",
    "cause",
    "quantifier",
)
EXAMPLES = {
    "number": ("It lasted 12 days.", r"It lasted (?!12)\d\d days\."),
    "unit": ("It lasted 12 days.", r"It lasted 12 weeks\."),
    "negation added": ("It was healed.", r"It was (?:not|never|in no case|no longer) healed\."),
    "negation dropped": ("It did not heal.", r"It did heal\."),
    "species": ("Mice healed.", r"(?!Mice)\w+ healed\."),
    "cell source": ("The lung healed.", r"The (?!lung)\w+ healed\."),
    "name": ("VEGF rose.", r"(?!VEGF)[A-Z]{4} rose\."),
    "direction": ("It increased.", r"It (?:decreased|diminished|dwindled)\."),
    "hedge dropped": ("It may heal.", r"It will heal\."),
    "cause": ("It was associated with pain.", r"It (?:leads to|causes|brings about) pain\."),
    "quantifier": ("It often healed.", r"It (?:always|rarely) healed\."),
    "sides swapped": ("It was faster in mice than in rats.", r"It was faster in rats than in mice\."),
    "roles swapped": ("HGF inhibits apoptosis.", r"apoptosis inhibits HGF\."),
    "numbers swapped": ("It had 5 days with 7 mice.", r"It had 7 days with 5 mice\."),
    "parts joined": ("HGF is short-lived in mice, while VEGF is stable in plasma.", r"HGF is stable in plasma\."),
    "something added": ("It healed.", r"It healed .+\."),
}


class Everything:
    """Shows whatever it is asked about."""

    name = "everything"

    def judge(self, claim: str, premise: Premise) -> Judgement:
        return Judgement("supported")


def material(quoted: str) -> Material:
    return Material(quoted, ("EGFR", "BMP2", "IL-10"), random.Random(3))


@pytest.mark.parametrize("way", MUTATIONS)
def test_each_change_has_an_example(way: str) -> None:
    sentence, pattern = EXAMPLES[way]
    changed = MUTATIONS[way](sentence, material(sentence))
    assert changed is not None
    assert re.fullmatch(pattern, changed), changed


@pytest.mark.parametrize("way", MUTATIONS)
def test_a_change_is_the_same_every_time(way: str) -> None:
    assert MUTATIONS[way](SENTENCE, material(SENTENCE)) == MUTATIONS[way](SENTENCE, material(SENTENCE))


@pytest.mark.parametrize("way", [way for way in MUTATIONS if way != "something added"])
def test_where_nothing_fits_nothing_is_changed(way: str) -> None:
    assert MUTATIONS[way]("Exosomes of plasma heal.", material("")) is None


def test_names_have_a_capital_or_a_digit_inside() -> None:
    assert names_of(["VEGF and IL-6 in the p53 of Mice, VEGF"]) == ["VEGF", "IL-6", "p53"]


@pytest.mark.parametrize(
    ("way", "sentence", "said"),
    [
        ("as it is", "It healed.", "It healed"),
        ("number in words or digits", "They had 3 patients in all of it.", "They had three patients in all of it."),
        ("unit spelled otherwise", "The dose was about 12 mg of it.", "The dose was about 12 milligrams of it."),
        ("British or American", "The tumor was in the other lung.", "The tumour was in the other lung."),
        ("modifier dropped", "It significantly healed in the mice.", "It healed in the mice."),
        ("opening dropped", "Moreover, we found that wounds healed in mice.", "Wounds healed in mice."),
        ("order changed", "In aged mice, it heals slowly.", "It heals slowly in aged mice."),
        ("passive", "HGF inhibits apoptosis.", "Apoptosis is inhibited by HGF."),
        ("one synonym", "It demonstrated that it heals.", "It showed that it heals."),
    ],
)
def test_a_rewording_says_the_same(way: str, sentence: str, said: str) -> None:
    assert REWORDINGS[way](sentence, sentence) == said


def test_an_abbreviation_is_what_the_text_defines() -> None:
    text = "Vascular growth factor (VGF) is known. VGF heals wounds of mice."
    assert (
        REWORDINGS["abbreviation"]("VGF heals wounds of mice.", text) == "Vascular growth factor heals wounds of mice."
    )


def test_outcomes_say_what_was_done(tmp_path: Path) -> None:
    found = list(outcomes(list(from_scifact(scifact(tmp_path))), Everything()))
    assert {outcome.half for outcome in found} == {"tuned", "held out"}
    assert all(outcome.shown for outcome in found)
    assert [outcome.claim for outcome in found if outcome.way == "contradicted by its evidence"] == ["HGF kills mice."]
    assert {outcome.claim for outcome in found if outcome.way == "people's own words"} == {"HGF saves mice."}


def scifact(folder: Path) -> Path:
    text = "HGF is a factor. HGF improved survival in 12 mice. It was cheap."
    evidence = {"rationales": [[1]], "rationale_spans": [[[17, 50]]]}
    claims = [
        {"id": "2", "claim": "HGF saves mice.", "evidence": {"7": {"label": "SUPPORT", **evidence}}},
        {"id": "3", "claim": "HGF kills mice.", "evidence": {"7": {"label": "CONTRADICT", **evidence}}},
        {"id": "4", "claim": "HGF is old.", "evidence": {}},
    ]
    (folder / "claims.jsonl").write_text("\n".join(map(json.dumps, claims)))
    (folder / "corpus.jsonl").write_text(json.dumps({"id": "7", "title": "HGF in mice", "text": text}))
    return folder


def test_scifact_gives_the_evidence_and_what_stands_around_it(tmp_path: Path) -> None:
    free, near, contradicted = from_scifact(scifact(tmp_path))
    assert (free.style, free.half, free.true) == ("free", "tuned", True)
    assert free.premise.quotes == ("HGF improved survival in 12 mice.",)
    assert free.premise.before == ("HGF is a factor.",)
    assert free.premise.after == ("It was cheap.",)
    assert free.premise.over == ("HGF in mice",)
    assert near.claim == "HGF improved survival in 12 mice."
    assert (contradicted.half, contradicted.true) == ("held out", False)


def test_the_table_counts_with_intervals() -> None:
    found = [
        Outcome("tuned", "near-verbatim", "number", faithful=False, shown=shown, base=True, claim="", reason="")
        for shown in (True, False, False, False)
    ]
    lines = list(table(found))
    assert any(line.startswith("| number") and "0.750 [0.30, 0.95] 3/4" in line and "none" in line for line in lines)


@pytest.fixture(scope="module")
def own() -> list[Outcome]:
    return list(outcomes(list(from_cases(CASES)), BuiltInJudge()))


@pytest.mark.parametrize("way", NEVER_SHOWN)
def test_no_changed_fact_of_our_cases_is_shown(own: list[Outcome], way: str) -> None:
    changed = [outcome for outcome in own if outcome.way == way]
    assert changed
    assert sum(outcome.shown for outcome in changed) == 0


def test_evidence_of_our_cases_as_it_is_supports_itself(own: list[Outcome]) -> None:
    assert [outcome.claim for outcome in own if outcome.way == "as it is" and not outcome.shown] == []


def test_few_rewordings_of_our_cases_are_rejected(own: list[Outcome]) -> None:
    faithful = [outcome for outcome in own if outcome.faithful]
    assert sum(not outcome.shown for outcome in faithful) <= 0.05 * len(faithful)


def test_cases_are_claims_about_themselves() -> None:
    found = list(from_cases(CASES))
    assert {claim.half for claim in found} == {"tuned", "held out"}
    assert all(isinstance(claim, Claim) and claim.premise.quotes == (claim.claim,) for claim in found)
