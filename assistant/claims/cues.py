"""Words that change what the others say: denials, suppositions, causes and amounts."""

from collections.abc import Mapping

from assistant.claims.reading import Word, keys

__all__ = ["CAUSES", "CONDITIONS", "HEDGES", "NOMINAL", "VERBAL", "WEAK_AMOUNTS", "amount_of", "is_cue"]

VERBAL = keys("""
not never cannot fail fails failed failing failure neither nor none unable unlikely rarely hardly barely isn't aren't
wasn't weren't don't doesn't didn't can't couldn't won't wouldn't hasn't haven't hadn't shouldn't contrary deny denies
denied refute refutes refuted disprove disproved myth false incorrect unlike contrast insufficient inadequate
incapable
inability misconception misbelief fallacy debunked wrongly mistakenly erroneously
""")
"""Denials that bear on what follows."""
NOMINAL = keys("no without lack lacks lacked lacking absence absent devoid instead rather exception excluding")
"""Denials of the next thing named."""
HEDGES = keys("""
may might could possibly possible perhaps probably likely suggest suggests suggested suggesting appear
appears appeared seem seems seemed putative putatively hypothesize hypothesise hypothesized hypothesis presumably
presumed thought believed proposed propose speculate speculated speculation suspected unclear unknown uncertain
whether tend tends predicted predict expected expect potentially conceivable conceivably plausible assume assumed
assuming theoretically imply implies controversial debated speculative supposed maybe aim aimed investigate hope
should would
idea notion belief believe view viewpoint opinion assertion claim claims claimed claiming argue argues argued assert
asserts asserted contend contends allegedly alleged purported purportedly reputed designed intended meant candidate
candidates promising hopefully envisaged anticipated attempt attempts attempted planned elucidated postulate postulated
posited surmised
""") | {"unlikely"}
CONDITIONS = keys("if unless except provided")
CAUSES = keys("""
cause causes caused causing causal causation lead leads led leading result results resulted resulting induce induces
induced inducing trigger triggers triggered provoke provokes elicit elicits responsible due because owing attributable
cure cures
""")
AMOUNTS: Mapping[str, str] = {
    "all": "all every each always invariably entire entirely whole wholly universally exclusively everyone both",
    "most": "most mostly majority predominantly mainly largely usually generally typically often primarily chiefly",
    "many": "many several numerous multiple frequently various",
    "some": "some sometimes occasionally certain partly partially subset subgroup subpopulation fraction minority",
    "few": "few fewer rarely seldom little hardly scarcely infrequently",
    "only": "only solely merely single",
    "nearly": "almost nearly",
}
WEAK_AMOUNTS = frozenset({"some", "few", "only", "nearly"})
"""What a quotation says with these, a claim does not say without."""
_AMOUNTS = {text: amount for amount, said in AMOUNTS.items() for text in said.split()}
_CUES = VERBAL | NOMINAL | HEDGES | CONDITIONS | CAUSES


def amount_of(word: Word) -> str | None:
    """Which amount a word says, if any."""
    return _AMOUNTS.get(word.text)


def is_cue(word: Word) -> bool:
    """Whether the word, stop word or not, changes what is said."""
    return word.key in _CUES or word.text in _AMOUNTS
