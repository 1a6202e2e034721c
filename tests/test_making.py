"""An index that was made otherwise is refused, and the message says what to run."""

import re
from dataclasses import replace

import pytest

from index.errors import IndexMismatch
from index.making import FORMAT, check_state, document_key, making_of, new_state, volume_name
from tests.fakes import HashingEmbedder


class OtherModel(HashingEmbedder):
    name = "other/model"
    fingerprint = "other 1"


MAKING = making_of(HashingEmbedder(), tokens=64)


def refusal(making: dict[str, str], *, name: str = "default", format_: int = FORMAT) -> str:
    with pytest.raises(IndexMismatch) as caught:
        check_state(replace(new_state(name, making), format=format_), MAKING)
    return str(caught.value)


def test_what_is_made_as_in_force_is_accepted() -> None:
    check_state(new_state("default", MAKING), making_of(HashingEmbedder(), tokens=64))


def test_passages_are_never_longer_than_the_window() -> None:
    assert making_of(HashingEmbedder(), tokens=10_000)["passage_tokens"] == str(HashingEmbedder.window)
    check_state(
        new_state("default", making_of(HashingEmbedder(), tokens=256)), making_of(HashingEmbedder(), tokens=999)
    )


def test_another_model_is_named_with_the_command() -> None:
    message = refusal(making_of(OtherModel(), tokens=64))
    assert "made with model other/model, weights other 1; now in force: model hashing, weights hashing 64" in message
    assert message.endswith("Set it back, or run: citespan index rebuild")


def test_another_chunking_is_named_with_the_command() -> None:
    assert re.search(r"passage_tokens 32; .* passage_tokens 64\..*rebuild$", refusal(MAKING | {"passage_tokens": "32"}))


def test_the_command_names_the_collection() -> None:
    assert refusal({}, name="papers").endswith("citespan index rebuild --collection papers")


def test_an_older_format_names_the_command() -> None:
    assert refusal(MAKING, format_=1) == "This index has the older format 1 (now 3). Run: citespan index rebuild"


def test_a_newer_format_says_to_upgrade() -> None:
    message = refusal(MAKING, format_=99)
    assert "format 99" in message
    assert "Upgrade citespan" in message


def test_a_volume_is_named_by_how_it_is_made() -> None:
    assert volume_name(MAKING) == volume_name(dict(reversed(MAKING.items())))
    assert volume_name(MAKING) != volume_name(MAKING | {"passage_tokens": "65"})


def test_a_version_is_bytes_title_type_and_extractor() -> None:
    facts = ("id", "title", "application/pdf", "pdf 1")
    others = [(*facts[:at], "other", *facts[at + 1 :]) for at in range(len(facts))]
    assert len({document_key(*each) for each in [facts, *others]}) == 5
    assert document_key(*facts) == document_key(*facts)
