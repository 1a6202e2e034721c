"""Words that change what the others say: denials, suppositions, causes and amounts."""

from collections.abc import Mapping

from assistant.claims.reading import Word, keys

__all__ = ["ASSOCIATIONS", "CAUSES", "HEDGES", "NOMINAL", "VERBAL", "WEAK_AMOUNTS", "amount_of", "is_cue"]

VERBAL = keys("""
not never cannot fail fails failed failing failure neither nor none unable unlikely rarely hardly barely isn't aren't
wasn't weren't don't doesn't didn't can't couldn't won't wouldn't hasn't haven't hadn't shouldn't
""")
"""Denials that bear on what follows."""
NOMINAL = keys("no without lack lacks lacked lacking absence absent devoid")
"""Denials of the next thing named."""
HEDGES = keys("""
may might could possibly possible perhaps probably likely unlikely suggest suggests suggested suggesting appear
appears appeared seem seems seemed putative putatively hypothesize hypothesise hypothesized hypothesis presumably
presumed thought believed proposed propose speculate speculated speculation suspected unclear unknown uncertain
whether tend tends predicted predict expected expect potentially conceivable conceivably plausible assume assumed
assuming theoretically imply implies controversial debated speculative supposed maybe aim aimed investigate hope
""")
CAUSES = keys("""
cause causes caused causing causal causation lead leads led leading result results resulted resulting induce induces
induced inducing trigger triggers triggered produce produces produced drive drives drove driven provoke provokes
elicit elicits responsible due because owing contribute contributes determine determines determined make makes effect
affect affects influence influences mediate mediates impact thereby generate generates create creates attributable
cure cures
""")
ASSOCIATIONS = keys("""
associate associated associates association correlate correlated correlates correlation correlations link linked links
linkage relate related relationship relation predictor predict predicts accompany accompanied marker coincide
coincides connected connection co-occur risk odds
""")
AMOUNTS: Mapping[str, frozenset[str]] = {
    "all": keys("all every each always invariably entire entirely whole wholly universally exclusively everyone both"),
    "most": keys(
        "most mostly majority predominantly mainly largely usually generally typically often primarily chiefly"
    ),
    "many": keys("many several numerous multiple frequently various"),
    "some": keys("some sometimes occasionally certain partly partially subset subpopulation minority"),
    "few": keys("few fewer rarely seldom little hardly scarcely infrequently"),
    "only": keys("only solely merely single"),
    "nearly": keys("almost nearly"),
}
WEAK_AMOUNTS = frozenset({"some", "few", "only", "nearly"})
"""What a quotation says with these, a claim does not say without."""
_AMOUNTS = {key: amount for amount, said in AMOUNTS.items() for key in said}
_CUES = VERBAL | NOMINAL | HEDGES | CAUSES | frozenset(_AMOUNTS)


def amount_of(word: Word) -> str | None:
    """Which amount a word says, if any."""
    return _AMOUNTS.get(word.key)


def is_cue(word: Word) -> bool:
    """Whether the word, stop word or not, changes what is said."""
    return word.key in _CUES
