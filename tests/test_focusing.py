import pytest

from assistant.focusing import focus

SENTENCES = {
    "dose": "Rats got 2.5 mg/kg twice a day for 14 days, after Smith et al. had shown 30% survival in March 2016.",
    "price": "It costs 12,500 USD, or half of that in Japan.",
    "glued": "The secretome22 of hMSC-3 cells was measured.",
}


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How many days were rats treated?", "dose", ["2.5 mg/kg", "twice", "14 days", "30%", "2016"]),
        ("When did Smith show it?", "dose", ["March 2016"]),
        ("In which year was it shown?", "dose", ["March 2016"]),
        ("Who showed survival?", "dose", ["Smith et al."]),
        ("What is the price?", "price", ["12,500", "half"]),
        ("How much is 12,500 USD?", "price", ["half"]),
        ("How many cells were measured?", "glued", []),
        ("Why were rats treated?", "dose", []),
        ("", "dose", []),
    ],
)
def test_what_is_asked_for_is_in_focus(question: str, sentence: str, expected: list[str]) -> None:
    text = SENTENCES[sentence]
    assert [text[start:end] for start, end in focus(question, text)] == expected
