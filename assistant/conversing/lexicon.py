"""Closed classes of English words: what points back, what asks, what is a verb, and nouns that are always of something."""

__all__ = [
    "AUXILIARIES",
    "BOUNDARIES",
    "DETERMINERS",
    "ELSE",
    "PEOPLE",
    "PREPOSITIONS",
    "QUANTITIES",
    "RELATIONAL",
    "VERBS",
    "WH_WORDS",
    "is_verb",
]

WH_WORDS = frozenset("what which who whom whose when where why how".split())
AUXILIARIES = frozenset(
    "is are was were am be been being do does did has have had can could will would shall should may might must "
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't "
    "shouldn't".split()
)
PREPOSITIONS = frozenset(
    "in on at of for with by from to about against during after before under over between among within without "
    "into through across via per since until than like".split()
)
DETERMINERS = frozenset(
    "a an the this that these those his her its their my your our any some other another no each every all both "
    "which what whose first second last".split()
)
BOUNDARIES = frozenset("and but or if when because that which who while where although though so".split())
"""Words that begin a clause: a pronoun behind one may mean something that stands before it."""
ELSE = frozenset("else other another others more different additional further besides instead again also too".split())
"""Words that compare with what was said before."""
QUANTITIES = frozenset("many much long far often old big large high low fast soon well".split())
"""What "how" asks with."""
PEOPLE = frozenset(
    "actor actress artist author brother captain coach daughter director doctor father friend guitarist husband "
    "king leader man manager mother musician painter player politician president producer queen scientist singer "
    "sister son wife woman writer".split()
)

_VERBS = """
accomplish achieve act activate add affect agree allow appear apply argue arise arrest ask attack attend attract
become begin believe block born bring build call cause change choose claim coach come compare compose contain continue
contribute control create criticise criticize deal decide decrease define depend describe develop die differ
differentiate direct disappear discover distribute divorce earn employ enhance enter evolve exert exist explain express
express fail feel fight find finish follow form found gain generate get give go graduate grow happen have hear help
hit hold identify improve include increase induce influence inhibit invent involve join keep kill know lead learn
leave lie like live look lose love make marry mean measure mediate meet migrate modulate move need occur open oppose
participate pass perform play prevent produce promote propose prove provide publish put react reach read receive recieve
recommend recover reduce regulate relate release remain remove report require resign respond result retire return reveal
run say secrete see seem sell send serve show sing sign spend split stand start state stay stimulate stop study succeed
suffer suggest suppress take talk teach tell think tour train treat try turn use visit vote want win work worsen write
written wrote worsened went gone got gotten gave given took taken made said told came began begun became knew known
grew grown thought found felt kept left led lost met paid ran sold sang sung spent stood taught understood won born
died chose chosen drew drawn fell fallen held brought built bought sent shown saw seen done heard let
"""
VERBS = frozenset(_VERBS.split())
"""Base and irregular forms; some are nouns as well, which a determiner before them shows."""

_RELATIONAL = """
accomplishment achievement act activity adverse advantage age aftermath aim album albums allowance amount answer
appearance approach article aspect aspects author award awards background band beginning benefit book books brand
career case cast cause causes challenge change chart charts child children class cohort college company competition
complication complications composition concentration concert concerts condition conclusion connection consequence
contract control controversy cost costs country couple critic critics criticism cure date daughter day death degree
detail details difference difficulty disadvantage discovery disease dosage dose doses drug duration early education
effect effects efficacy endpoint episode event events evidence example examples experience experiment fact facts fame
family fan fans father feature features film films finding findings follow-up form frequency friend friends function
functions game games genre goal goals group groups half-life hit hits home honor honors idea impact importance incidence
influence influences information injuries injury inspiration interest issue issues job kid kids kind level levels life
limit limitation limitations line list location long-term loss losses lyrics main major marker markers match matches
meaning mechanism mechanisms media member members message method methods model mother movie movies music name names
notable nature news note number one opinion opponent opponents option options order outcome outcomes parent parents part
participant participants party patient patients people period person phase place plan plans play player point
popularity population position prevalence price problem problems process production prognosis project public purpose
quality question rank rate rates reaction reason reasons reception recommendation record records relationship result
results review reviews reward risk risks role roles sale sales sample school score season seasons section sequel series
severity show shows sibling siblings side significance significant sign signs single singles size sizes
software some song songs sort source sources special stage state step steps story strategies strategy style study
studies subject success symptom symptoms table target targets team technique the thing things time title titles topic
tour tours toxicity track tracks treatment treatments trial trials type types use uses value values version video videos
view views way ways wife husband win wins work works writing writings year years interesting important famous popular
successful effective safe new old big best worst good bad early late later recent earliest biggest first last only major
large small common similar typical usual exact specific overall any anything something everything anyone someone
everyone nothing involved else other well same next previous
"""
RELATIONAL = frozenset(_RELATIONAL.split())
"""Words that say nothing about which thing is meant: "the results", "any awards", "other patients" of what?"""


def is_verb(word: str) -> bool:
    """Whether a lower-case word is a form of a verb of the list; a noun in -ing (healing) is none."""
    bases = [word]
    if word.endswith("s"):
        bases += [word[:-1], word[:-2]]
    if word.endswith("ed"):
        bases += [word[:-1], word[:-2], word[:-3]]
    if word.endswith("ing"):
        bases += [] if word in {"beginning", "living", "writing", "recording"} else [word[:-3], word[:-3] + "e"]
    return any(base in VERBS for base in bases)
