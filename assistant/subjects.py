"""Species, organs, tissues and cells, and the words that name them: what is true of one need not be of another.

A question about dental pulp is not answered by a sentence about bone marrow, however alike the two read. The table is
of what biomedical texts commonly compare. A subject is named where all words of one of its names are; abbreviations are
left to what the documents define (``assistant/questioning.py``).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from index.tokenizing import terms

__all__ = ["asked_about", "not_named"]

SUBJECTS = """
mice: mouse, mice, murine
rats: rat, rats
rabbits: rabbit, rabbits
guinea pigs: guinea pig
hamsters: hamster, hamsters
ferrets: ferret, ferrets
pigs: pig, pigs, piglet, porcine, swine
dogs: dog, dogs, canine
cats: cat, cats, feline
horses: horse, horses, equine
cattle: cow, cows, cattle, calf, calves, bovine
sheep: sheep, lamb, lambs, ovine
goats: goat, goats, caprine
camels: camel, camels, dromedary, dromedaries
bats: bat, bats
monkeys: monkey, monkeys, macaque, macaques, rhesus, baboon, baboons, marmoset, chimpanzee; primate
birds: bird, birds, avian, chicken, chickens, chick, poultry
frogs: frog, frogs, xenopus
fish: fish, zebrafish; danio
flies: fly, flies, drosophila
worms: worm, worms, nematode, nematodes, elegans
yeasts: yeast, yeasts, cerevisiae
plants: plant, plants, arabidopsis
adipose tissue: adipose; fat, lipoaspirate, ad, adsc, asc
bone marrow: marrow; bm, bmsc
umbilical cord: umbilical, wharton jelly; uc, wj, cord
cord blood: cord blood; ucb, cb
peripheral blood: peripheral blood; pb, pbmc
placenta: placenta, placental; chorion, chorionic, decidua, decidual, afterbirth
amnion: amnion, amniotic; amsc
dental pulp: dental pulp; tooth, teeth, dental, dp, dpsc, shed
gingiva: gingiva, gingival, periodontal
menstrual blood: menstrual
endometrium: endometrium, endometrial, uterus, uterine
skin: skin, dermal, dermis, epidermal, epidermis, cutaneous; wound, keratinocyte
liver: liver, hepatic, hepatocyte, hepatocellular; hcc
pancreas: pancreas, pancreatic
stomach: stomach, gastric
intestine: intestine, intestinal, bowel, gut, colon, colonic, colorectal
lung: lung, pulmonary, alveolar, bronchial; nsclc, airway, respiratory
larynx: larynx, laryngeal
kidney: kidney, kidneys, renal, nephron
bladder: bladder
heart: heart, cardiac, myocardial, myocardium, cardiomyocyte; cardiovascular, ventricular
brain: brain, cerebral; cortical, hippocampal, hippocampus, cerebellar, cerebellum, cns
spinal cord: spinal
retina: retina, retinal
cornea: cornea, corneal
muscle: muscle, muscular; myoblast
tendon: tendon, tendons
cartilage: cartilage, chondrocyte, chondrocytes
breast: breast, mammary
prostate: prostate, prostatic
ovary: ovary, ovarian
cervix: cervix, cervical
testis: testicular; testis, testes
thyroid: thyroid
spleen: spleen, splenic
thymus: thymus, thymic
neural cells: neural, neuron, neurons, neuronal; nsc, npc
glia: glia, glial, astrocyte, astrocytes, microglia, oligodendrocyte
embryonic cells: embryonic; embryo, blastocyst, esc
induced pluripotent cells: induced pluripotent; ipsc, ips
haematopoietic cells: haematopoietic, hematopoietic; hsc, hspc
trophoblasts: trophoblast, trophoblasts
fibroblasts: fibroblast, fibroblasts
keratinocytes: keratinocyte, keratinocytes
osteoblasts: osteoblast, osteoblasts
osteoclasts: osteoclast, osteoclasts
endothelial cells: endothelial, endothelium
epithelial cells: epithelial, epithelium
dendritic cells: dendritic; dc
T cells: t cell, t lymphocyte; t, treg, lymphocyte
B cells: b cell, b lymphocyte; b, lymphocyte
natural killer cells: natural killer; nk, nkt
macrophages: macrophage, macrophages
monocytes: monocyte, monocytes
neutrophils: neutrophil, neutrophils
eosinophils: eosinophil, eosinophils
mast cells: mast cell
erythrocytes: erythrocyte, red blood cell; rbc
platelets: platelet, platelets
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """The terms of each name that asks for a subject, and of each that tells that a text is about it."""

    asks: tuple[frozenset[str], ...]
    tells: tuple[frozenset[str], ...]


@lru_cache(maxsize=1)
def subjects() -> Mapping[str, Subject]:
    """The table, by subject."""
    return {name: subject for line in SUBJECTS.strip().splitlines() for name, subject in [_read(line)]}


def _read(line: str) -> tuple[str, Subject]:
    name, _, names = line.partition(": ")
    asks, _, tells = names.partition("; ")
    return name, Subject(_names(asks), _names(asks) + _names(tells))


def _names(part: str) -> tuple[frozenset[str], ...]:
    return tuple(dict.fromkeys(said for name in part.split(", ") if (said := frozenset(terms(name)))))


def asked_about(found: Collection[str]) -> tuple[str, ...]:
    """The subjects that a question with these terms asks about."""
    return tuple(name for name, subject in subjects().items() if any(said.issubset(found) for said in subject.asks))


def not_named(wanted: Collection[str], says: Callable[[str], bool]) -> list[str]:
    """Those of the subjects that a text is not about; ``says`` is whether it says a term."""
    return [name for name in wanted if not any(all(map(says, said)) for said in subjects()[name].tells)]
