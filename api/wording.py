"""What people are told of an answer and its sources, the same words wherever it is shown. The page has its own."""

from collections.abc import Mapping

from assistant.models import Citation, Dropped, DropReason
from index.texts import Location

__all__ = ["left_out", "numbered", "place_in", "placed", "why_dropped", "written_by"]

WHY: Mapping[DropReason, str] = {
    "no_quote": "quotes nothing",
    "not_in_passages": "its quotation is in none of the passages",
    "near_miss": "its quotation is not quite what the passage says",
    "contradicted": "its source says otherwise",
    "not_supported": "its source does not say that",
    "beside_the_question": "does not answer the question as well as others do",
    "repeated": "was said already",
}


def written_by(generator: str, model: str | None) -> str:
    """Whose words the sentences are."""
    return f"Written by {model or generator}; each sentence was checked against the sources it cites."


def why_dropped(claim: Dropped) -> str:
    """What is wrong with a claim that is not shown; of one that quotes wrongly, with what it quotes."""
    if not claim.detail:
        return WHY[claim.reason]
    quotes = claim.reason in {"near_miss", "not_in_passages"}
    return f"{WHY[claim.reason]}: {f'“{claim.detail}”' if quotes else claim.detail}"


def left_out(count: int) -> str:
    """That claims were dropped."""
    return f"{count} of the model's claims {'was' if count == 1 else 'were'} left out."


def placed(citation: Citation) -> str:
    """The file of a citation, and where in it that is."""
    return ", ".join(filter(None, [citation.record.path, place_in(citation.location)]))


def place_in(location: Location) -> str:
    """The pages of a span, else the lines of the file; nothing where the format has neither."""
    if location.pages:
        return numbered("page", *location.pages)
    return "" if location.extracted else numbered("line", location.start_line, location.end_line)


def numbered(what: str, first: int, last: int) -> str:
    """One or several of a kind, by number."""
    return f"{what} {first}" if first == last else f"{what}s {first}–{last}"
