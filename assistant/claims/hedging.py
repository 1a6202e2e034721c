"""What a quotation only supposes, a claim does not state; what goes together there, does not cause here."""

from assistant.claims.judge import Judgement
from assistant.claims.reading import Basis, Evidence, Statement
from assistant.claims.scopes import keys, scopes

__all__ = ["check_causes", "check_hedges", "hedged"]

HEDGES = keys(
    "may might could possibly perhaps probably likely unlikely suggest suggests suggested suggesting appear "
    "appears appeared seem seems seemed putative putatively hypothesize hypothesise hypothesized hypothesis "
    "presumably presumed thought believed proposed propose speculate speculated speculation suspected unclear "
    "unknown uncertain whether tend tends predicted predict expected expect potentially conceivable conceivably "
    "plausible assume assumed theoretically imply implies indicate would should controversial debated speculative "
    "supposed maybe aim aimed investigate hope"
)
NO_HEDGES = keys("indicate would should")
ASSOCIATIONS = keys(
    "associate associated associates association correlate correlated correlates correlation correlations link "
    "linked links linkage relate related relationship relation predictor predict predicts accompany accompanied "
    "marker coincide coincides connected connection co-occur risk odds"
)
CAUSES = keys(
    "cause causes caused causing causal lead leads led leading result results resulted resulting induce induces "
    "induced inducing trigger triggers triggered produce produces produced drive drives drove driven provoke "
    "provokes elicit elicits responsible due because owing contribute contributes determine determines determined "
    "make makes effect affect affects influence influences mediate mediates impact thereby generate generates "
    "create creates attributable"
)


def check_hedges(claim: Statement, evidence: Evidence) -> Judgement | None:
    """Whether the claim states what the sentence that it rests on says with "may", "suggests" or the like."""
    if hedged(claim):
        return None
    for basis in evidence.bases(claim):
        clause = frozenset(term for word in basis.clause for term in word.terms)
        for scope in scopes(basis.sentence, HEDGES - NO_HEDGES, reach=4):
            if any(clause.intersection(word.terms) for word in scope.words):
                return Judgement(
                    "not_supported", f'the quotation says "{scope.cue.text}", the claim states it as a fact'
                )
    return None


def hedged(sentence: Statement) -> bool:
    """Whether it supposes more than it states."""
    return not (HEDGES - NO_HEDGES).isdisjoint(sentence.keys)


def check_causes(claim: Statement, evidence: Evidence) -> Judgement | None:
    """Whether the claim has a cause where the sentence has what goes together, or says nothing of causes."""
    for basis in evidence.bases(claim):
        found = _cause(basis, evidence)
        if found is not None and CAUSES.isdisjoint(basis.sentence.keys):
            return Judgement("not_supported", f'the claim says "{found}", the quotation names no cause')
    return None


def _cause(basis: Basis, evidence: Evidence) -> str | None:
    causes = (word.text for word in basis.clause if word.key in CAUSES and not (word.terms and evidence.says(word)))
    return next(causes, None)
