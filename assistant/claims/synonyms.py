"""Words that may stand for one another in a claim and its quotation, whatever they are about."""

from functools import lru_cache

from assistant.claims.reading import key

__all__ = ["are_synonyms"]

SYNONYMS = """
need needs needed require requires required requirement necessary necessitate
patient patients people person persons individual individuals subject subjects participant participants
use uses used using usage utilize utilise utilized utilised employ employed apply applied application
show shows showed shown demonstrate demonstrated reveal revealed display displayed exhibit exhibited
compared versus vs relative than comparison contrast
many several numerous multiple various
important crucial essential critical vital key
illness disease disorder
drug drugs medication medications medicine medicines
therapy therapies treatment treatments treat treated therapeutic
harm harms damage injury injuries injured lesion lesions
wound wounds
heal heals healed healing repair repairs
cancer cancers tumour tumours tumor tumors malignancy malignancies carcinoma neoplasm
method methods technique techniques approach approaches procedure procedures
obtain obtained derive derived isolate isolated collect collected harvest harvested
contain contains contained include includes including comprise comprises consist consists
happen happens occur occurs occurred occurrence
kind kinds type types class classes form forms
part parts component components portion
role roles function functions
aim goal purpose objective
help helps helped aid aids assist assists
begin begins began start starts started onset
finish end ends ended
big large
small little tiny
quick quickly fast rapid rapidly
amount amounts quantity level levels concentration concentrations
number numbers count counts
place site location region area
change changes changed alter altered alteration alterations modify modified
control controls regulate regulates regulated regulation regulator
produce produces produced production secrete secretes secreted secretion release releases released
lead leads led result results resulted cause causes caused
due because owing
whereas while
before prior
after following upon
about approximately around roughly
whole entire
probable likely
lifespan longevity
death deaths mortality die died
child children kids paediatric pediatric
infant infants newborn newborns neonate neonates neonatal
woman women female females
man men male males
pregnant pregnancy gestation gestational
physician physicians doctor doctors clinician clinicians
kidney kidneys renal
liver hepatic
heart cardiac
lung lungs pulmonary
brain cerebral
skin cutaneous dermal
bone osseous
mouse mice murine
human humans
apoptosis apoptotic
inflammation inflammatory
infection infections infected
assess assessed evaluate evaluated examine examined investigate investigated
differ differs differed different difference differences
similar comparable
better improved superior
connection link association relationship
side adverse unwanted undesirable
vary varies varied variable
surround surrounds surrounding
frequent frequently common commonly often
mostly mainly primarily chiefly predominantly
main principal primary major chief
mean means average
year years annual annually yearly
day days daily
week weeks weekly
month months monthly
hour hours hourly
"""
"""A line for each meaning; a word may stand in several."""


def are_synonyms(one: str, other: str) -> bool:
    """Whether two words, by their keys, may say the same."""
    return not _lines().get(one, frozenset()).isdisjoint(_lines().get(other, frozenset()))


@lru_cache(maxsize=1)
def _lines() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(SYNONYMS.strip().splitlines()):
        for word in line.split():
            found.setdefault(key(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}
