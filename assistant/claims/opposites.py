"""Words that say which way something goes, on axes whose ends exclude each other."""

from functools import lru_cache
from typing import NamedTuple

from assistant.claims.reading import key

__all__ = ["Pole", "poles_of"]

OPPOSITES = """
increase increases increased increasing rise rises rising rose risen elevate elevated elevation raise raised raises
grow grew growth expand expanded expansion enlarge enlarged gain gained accumulate accumulation up-regulate
upregulate upregulated upregulation up-regulated overexpress overexpression augment augmented escalate heighten
heightened high higher highest more most great greater greatest larger large largest bigger long longer longest
prolong prolonged prolongs extend extended strong stronger thick thicker rich enriched abundant elevated surge
stronger hyper amplify amplified amplification promote promotes promoted promoting promotion stimulate stimulates
stimulated stimulation enhance enhances enhanced enhancement activate activates activated activation induce induces
induced inducing induction facilitate facilitates support supports boost boosts boosted encourage trigger triggers
triggered enable enables allow allows potentiate drive drives stimulatory activator inducer permit permits
accelerate accelerates accelerated favour favours
| decrease decreases decreased decreasing fall falls fell falling fallen drop dropped drops decline declined declines
lower lowers lowered lowest low reduce reduces reduced reducing reduction diminish diminished lessen lessened shrink
shrinks shrank downregulate downregulated downregulation down-regulated loss lose lost deplete depleted depletion
less least fewer fewest few small smaller smallest short shorter shortest shorten shortened weak weaker weaken
weakened thin thinner scarce poor decay minor attenuate attenuated attenuates attenuation curtail dampen dampened
mitigate inhibit inhibits inhibited inhibition inhibitor inhibitory suppress suppresses suppressed suppression
suppressive block blocks blocked blockade prevent prevents prevented prevention repress represses repressed
repression impede impedes hinder hinders hamper hampers impair impairs impaired impairment abolish abolishes
abolished abrogate abrogates inactivate inactivates inactivated inactivation silence silenced antagonize antagonizes
counteract counteracts restrain restrict restricts arrest arrests halt halts disrupt disrupts interfere deactivate
delay delays delayed retard slow slows slowed

improve improves improved improvement improving better best ameliorate ameliorates ameliorated alleviate alleviates
relieve relieves recover recovery restore restores restored beneficial benefit benefits favourable positive
positively favorable protect protects protected protective protection success successful successfully advantage
advantageous
| worsen worsens worsened worse worst aggravate aggravates aggravated exacerbate exacerbates exacerbated deteriorate
deteriorated deterioration impair impaired harm harms harmed harmful detrimental adverse negative negatively
unfavourable damage damages damaging deleterious failure failed unsuccessful disadvantage

fast faster rapid rapidly quick quickly accelerate accelerated accelerates acceleration hasten early earlier earliest
speed | slow slower slowly slowed delay delays delayed delaying retard gradual gradually late later latest prolonged
decelerate

before prior precede precedes preceded preceding previously pre-treatment | after following follow follows followed
subsequent subsequently post

safe safely safety tolerated well-tolerated non-toxic nontoxic harmless | toxic toxicity unsafe dangerous hazardous
harmful

sensitive sensitivity susceptible susceptibility vulnerable responsive | resistant resistance refractory insensitive
immune

survive survives survived survival survivor viable viability live alive living | die dies died death dead mortality
lethal fatal nonviable

present presence contain contains contained include includes positive | absent absence devoid lack lacks lacking
exclude excludes excluded negative missing

gain | loss

effective effectively efficient efficacy efficacious | ineffective inefficient inefficacious useless futile

frequent frequently common commonly often usual usually widespread | rare rarely infrequent infrequently uncommon
seldom unusual

easy easily simple | difficult difficulty hard complex

donor donors | recipient recipients

allogeneic allogenic | autologous | xenogeneic xenogenic

vitro | vivo

agonist agonists | antagonist antagonists

upstream | downstream

proximal | distal

anterior | posterior

left | right

male males men man boys | female females women woman girls

acute | chronic

young younger juvenile | old older elderly aged

inside intracellular internal within | outside extracellular external

maximum maximal maximally maximise maximize | minimum minimal minimally minimise minimize

open opens opened | close closes closed

dominant | recessive

pro-inflammatory proinflammatory | anti-inflammatory antiinflammatory

hydrophilic | hydrophobic

soluble | insoluble

direct directly | indirect indirectly

same identical similar similarly equal equally comparable equivalent | different differ differs differed distinct
dissimilar unequal

complete completely full fully entire entirely total | partial partially partly incomplete

permanent permanently | temporary temporarily transient transiently

start starts started begin begins began initiate initiates initiated onset | stop stops stopped end ends ended cease
ceases ceased terminate terminates discontinue discontinued

hot warm heat heated | cold cool cooled chill

solid | liquid

benign | malignant

innate | adaptive

oral orally | intravenous intravenously | topical topically | subcutaneous subcutaneously | intramuscular
intramuscularly

superior | inferior

exceed exceeds exceeded above over | below under beneath
"""
"""Entries are parted by blank lines, the poles of each axis by ``|``. A word may stand on several axes."""


class Pole(NamedTuple):
    """One end of an axis, both by number."""

    axis: int
    end: int


def poles_of(word: str) -> frozenset[Pole]:
    """Where a word, by its key, stands; empty for words that go nowhere."""
    return _poles().get(word, frozenset())


@lru_cache(maxsize=1)
def _poles() -> dict[str, frozenset[Pole]]:
    found: dict[str, set[Pole]] = {}
    for axis, entry in enumerate(OPPOSITES.strip().split("\n\n")):
        for end, words in enumerate(entry.split("|")):
            for word in words.split():
                found.setdefault(key(word), set()).add(Pole(axis, end))
    return {word: frozenset(poles) for word, poles in found.items()}
