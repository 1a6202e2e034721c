"""A model's draft is read as it comes, whatever it looks like; what cannot be read is left out."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.generating.parsing import MOST_CLAIMS, Claim, DraftReader, Quote

TWO = {
    "claims": [
        {"quotes": [{"passage": 1, "quote": "IL-6 attracts monocytes"}], "claim": "IL-6 attracts monocytes."},
        {"quotes": [{"passage": 2, "quote": "VEGF promotes {vessels}"}], "claim": 'VEGF "promotes" vessels.'},
    ]
}
CLAIMS = [
    Claim("IL-6 attracts monocytes.", (Quote("IL-6 attracts monocytes", 1),)),
    Claim('VEGF "promotes" vessels.', (Quote("VEGF promotes {vessels}", 2),)),
]


def read(*pieces: str) -> list[Claim]:
    reader = DraftReader()
    return [claim for piece in pieces for claim in reader.feed(piece)] + list(reader.finish())


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(TWO),
        json.dumps(TWO, indent=2),
        f"Here is the JSON:\n```json\n{json.dumps(TWO)}\n```\nHope that helps!",
        json.dumps(TWO["claims"]),
        "\n".join(json.dumps(claim) for claim in TWO["claims"]),
        json.dumps(TWO).replace("]}]", "],}],").replace('"}]', '"},]'),
    ],
    ids=["plain", "indented", "fenced", "list", "lines", "trailing commas"],
)
def test_claims_are_read_from_any_json(text: str) -> None:
    assert read(text)[0] == CLAIMS[0]
    assert len(read(text)) == 2


def test_half_a_json_gives_the_claims_that_are_complete() -> None:
    text = json.dumps(TWO)
    assert read(text[: text.index("VEGF") + 8]) == CLAIMS[:1]
    assert read(text[:40]) == []


@given(st.lists(st.integers(1, 60), max_size=30))
def test_it_does_not_matter_how_the_draft_is_cut(lengths: list[int]) -> None:
    text, pieces = json.dumps(TWO), []
    for length in lengths:
        pieces.append(text[:length])
        text = text[length:]
    assert read(*pieces, text) == CLAIMS


def test_a_claim_is_there_as_soon_as_its_last_brace_is() -> None:
    reader, text = DraftReader(), json.dumps(TWO)
    assert list(reader.feed(text[: text.index("}, {")])) == []
    assert list(reader.feed("}")) == CLAIMS[:1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"claim": "A b.", "quote": "a b c", "passage": 3}', Claim("A b.", (Quote("a b c", 3),))),
        ('{"text": "A b.", "quotes": ["a b c"]}', Claim("A b.", (Quote("a b c"),))),
        ('{"claim": "A b.", "quotes": []}', Claim("A b.")),
        ('{"claim": "A b [1], c [2-3].", "quotes": [""]}', Claim("A b, c.")),
        ('{"claim": "A\\nb\\u0000\\u202e.", "quotes": null}', Claim("A b .")),
        ('{"claim": "A b.", "quotes": [{"passage": true, "quote": 5}, 7, null]}', Claim("A b.")),
    ],
    ids=["one quote", "texts", "no quotes", "markers", "unseen characters", "wrong types"],
)
def test_other_forms_of_a_claim_are_taken(text: str, expected: Claim) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text", ["", "{", "}}}}", '{"claims"', "[1, 2", '{"a": {"b": 1}}', '{"claim": 3, "quotes": []}']
)
def test_garbage_gives_nothing(text: str) -> None:
    assert read(text) == []


def test_no_claims_means_that_nothing_was_found() -> None:
    for text in ('{"claims": []}', '```json\n{ "claims": [ ] }\n```'):
        reader = DraftReader()
        assert list(reader.feed(text)) + list(reader.finish()) == []
        assert reader.found_nothing
    for text in ("", "I cannot answer.", '{"claims": [{}]}'):
        reader = DraftReader()
        list(reader.feed(text)) + list(reader.finish())
        assert not reader.found_nothing


def test_prose_is_read_with_its_quotation_marks() -> None:
    text = "1. Monocytes come to wounds: “IL-6 attracts monocytes to wounds” [1].\n- Collagen keeps its shape."
    assert read(text) == [
        Claim(
            "Monocytes come to wounds: “IL-6 attracts monocytes to wounds”.",
            (Quote("IL-6 attracts monocytes to wounds"),),
        ),
        Claim("Collagen keeps its shape.", (Quote("Collagen keeps its shape."),)),
    ]


def test_a_long_or_deep_draft_takes_little_time_and_few_claims() -> None:
    begin = time.perf_counter()
    assert len(read(json.dumps({"claims": TWO["claims"] * 500}))) == MOST_CLAIMS
    for opened in ("{", '{"', "[", "(", '{"claims": ['):
        assert read(opened * (200_000 // len(opened))) == []
    assert read('{"claim": "' + "x" * 200_000 + '", "quotes": []}') == []
    assert len(read("Some words here. " * 12_000)) <= MOST_CLAIMS
    assert time.perf_counter() - begin < 10


@given(st.text(max_size=300))
def test_whatever_is_written_is_survived(text: str) -> None:
    for claim in read(text):
        assert claim.text
        assert claim.text == " ".join(claim.text.split())
