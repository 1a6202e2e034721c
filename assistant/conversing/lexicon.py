"""Classes of English words: what asks, what compares, what is a verb, and nouns that are always of something."""

__all__ = [
    "AUXILIARIES",
    "BOUNDARIES",
    "DETERMINERS",
    "ELSE",
    "PEOPLE",
    "PREDICATES",
    "PREPOSITIONS",
    "QUANTITIES",
    "RELATIONAL",
    "VERBS",
    "WH_WORDS",
    "is_verb",
    "members",
]


def members(words: str) -> frozenset[str]:
    """A list of words as a set."""
    return frozenset(words.split())


WH_WORDS = members("how what when where which who whom whose why")
AUXILIARIES = members("""
am are aren't be been being can can't could couldn't did didn't do does doesn't don't had hadn't has hasn't
have haven't is isn't may might must shall should shouldn't was wasn't were weren't will won't would
wouldn't
""")
PREPOSITIONS = members("""
about across after against among at before between by during for from in into like of on over per since than
through to under until via with within without
""")
DETERMINERS = members("""
a all an another any both each every first her his its last my no other our second some that the their these
this those what which whose your
""")
BOUNDARIES = members("""
after although and as because before but how if once or since so than that though until when where whether which while
who why
""")
"""Words that begin a clause: a pronoun behind one may mean something that stands before it."""
ELSE = members("additional another besides else further instead other others")
"""Words that compare with what was said before."""
QUANTITIES = members("big far fast high large long low many much often old soon well")
"""What "how" asks with."""
PEOPLE = members("""
actor actress artist author brother captain coach daughter director doctor father friend guitarist husband
king leader man manager mother musician painter player politician president producer queen scientist singer
sister son wife woman writer
""")

PREDICATES = members("""
able available better common different effective famous important interesting known necessary popular safe
significant similar successful toxic useful worse
""")
"""What is said of a thing behind its name: "is dexamethasone effective"."""

VERBS = members("""
accomplish achieve act activate add affect agree allow appear apply argue arise arrest ask attack attend attract
became become began begin begun believe block born bought bring brought build built call came cause change choose
chose chosen claim coach come compare compose contain continue contribute control create criticise criticize deal
decide decrease define depend describe develop die died differ differentiate direct disappear discover distribute
divorce done drawn drew earn employ enhance enter evolve exert exist explain express fail fallen feel fell felt fight
find finish follow form found gain gave generate get give given go gone got gotten graduate grew grow grown happen
have hear heard held help hit hold identify improve include increase induce influence inhibit invent involve join keep
kept kill knew know known last lead learn leave led left let lie like list live look lose lost love made make marry
mean measure mediate meet met migrate modulate move name need occur open oppose paid participate pass perform play
prevent produce promote propose prove provide publish put ran reach react read receive recieve recommend recover
reduce regulate relate release remain remove report require resign respond result retire return reveal run said sang
saw say secrete see seem seen sell send sent serve show shown sign sing sold spend spent split stand start state stay
stimulate stood stop study succeed suffer suggest summarise summarize sung suppress take taken talk taught teach tell
think thought told took tour train treat try turn understood use visit vote want went win won work worsen worsened
write written wrote
""")
"""Base and irregular forms; some are nouns as well, which a determiner before them shows."""

RELATIONAL = members("""
accomplishment achievement act activity advantage adverse aftermath age aim album albums allowance amount answer any
anyone anything appearance approach article aspect aspects author award awards background bad band beginning benefit
best big biggest book books brand career case cast cause causes cell cells challenge change chart charts child
children class cohort college common company competition complication complications composition concentration concert
concerts conclusion condition connection consequence contract control controversy cost costs country couple criteria
criterion critic criticism critics cure date daughter day death degree detail details difference difficulty
disadvantage discovery disease dosage dose doses drug duration earliest early education effect effective effects
efficacy else endpoint endpoints episode event events everyone everything evidence exact example examples experience
experiment fact factor factors facts fame family famous fan fans father feature features film films finding findings
first follow-up form frequency friend friends function functions game games gene genes genre goal goals good group
groups half-life hit hits home honor honors husband idea impact importance important incidence influence influences
information injuries injury inspiration interest interesting involved issue issues job kid kids kind large last late
later level levels life limit limitation limitations line list location long-term loss losses lyrics main major marker
markers match matches meaning mechanism mechanisms media member members message method methods model molecule
molecules mother movie movies music name names nature new news next notable note nothing number old one only opinion
opponent opponents option options order other outcome outcomes overall parent parents part participant participants
party pathway pathways patient patients people period person phase place plan plans play player point popular
popularity population position prevalence previous price problem problems process production prognosis project protein
proteins public purpose quality question rank rate rates reaction reason reasons recent reception receptor receptors
recommendation record records relationship result results review reviews reward risk risks role roles safe sale sales
same sample school score season seasons section sequel series severity show shows sibling siblings side sign
significance significant signs similar single singles size sizes small software some someone something song songs sort
source sources special specific stage state step steps story strategies strategy studies study style subject success
successful symptom symptoms table target targets team technique the thing things time title titles topic tour tours
toxicity track tracks treatment treatments trial trials type types typical use uses usual value values version video
videos view views way ways well wife win wins work works worst writing writings year years
""")
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
