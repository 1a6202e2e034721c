"""Claims made of their quotations' words that say something else, as a model may write them, and faithful ones.

Those with an odd number of a set of 216 made known what the rules lacked; others it had always told, or learned with
them. A line is: claim | quotation | another quotation.
"""

import pytest

from assistant.claims.built_in import BuiltInJudge
from assistant.claims.judge import Premise

JUDGE = BuiltInJudge()

UNFAITHFUL = """
VEGF-A was reduced. | VEGF-C was reduced.
The CD4+ cells expanded. | The CD4− cells expanded.
Mice were vaccinated and then infected. | Mice were infected and then vaccinated.
Fibroblasts secrete VEGF and suppress T cells. | Fibroblasts secrete VEGF. | MSCs suppress T cells.
HGF drives fibrosis in the kidney. | The idea that HGF drives fibrosis in the kidney has been abandoned.
Antioxidants extend human lifespan. | The view that antioxidants extend human lifespan is a misconception.
Telomerase is inactive in adult stem cells. | Earlier reports that telomerase is inactive in adult stem cells have \
  been called into question.
Exosomes cross the blood-brain barrier. | Manufacturers claim that exosomes cross the blood-brain barrier.
MSCs migrate to the site of inflammation. | How MSCs would migrate to the site of inflammation remains to be \
  elucidated.
Hypoxic preconditioning improves the yield of exosomes. | It remains to be seen that hypoxic preconditioning \
  improves the yield of exosomes.
Senescent cells secrete IL-8. | Only when p53 is lost do senescent cells secrete IL-8.
Keratinocytes migrate into the wound. | Keratinocytes migrate into the wound only in the presence of EGF.
The antibody neutralises the virus. | The antibody neutralises the virus when given within 24 h.
Exosomes improved left ventricular function. | No trial to date has found that exosomes improved left ventricular \
  function.
MSCs reduced scar formation. | MSCs were insufficient to have reduced scar formation.
Adipose tissue yields more cells than bone marrow and is harvested under general anaesthesia. | Adipose tissue \
  yields more cells than bone marrow, which is harvested under general anaesthesia.
Exosomes bud from the plasma membrane. | Extracellular vesicles comprise exosomes and microvesicles. | The latter \
  bud from the plasma membrane.
HGF was 40 ng/ml and VEGF was 12 ng/ml. | HGF and VEGF were 12 ng/ml and 40 ng/ml, respectively.
Cardiac function improved in rats. | Cardiac and renal function improved in mice and rats, respectively.
No patient had an adverse event. | No patient had a serious adverse event.
Response decreased with increasing dose. | Response increased with decreasing dose.
The secretome is used to treat osteoarthritis. | The secretome should be used to treat osteoarthritis.
The vaccine protects infants. | The vaccine is designed to protect infants.
PRP heals diabetic ulcers. | PRP is a promising candidate to heal diabetic ulcers.
The drug stopped bleeding. | The drug was intended to have stopped bleeding.
Survival was increased by HGF. | HGF increased survival without reaching statistical significance (p = 0.08).
Viability rose by 10%. | Viability rose by 10 percentage points.
Mortality fell by 20%. | Mortality fell to 20%.
The therapy was effective in patients. | The therapy was effective in a subgroup of patients with mild disease.
As with iPSCs, MSCs form no teratomas. | In contrast to iPSCs, MSCs form no teratomas.
MSCs were given saline. | MSCs were given plasma instead of saline.
Extracellular vesicles contain mitochondria. | Extracellular vesicles derived from stem cells contain RNA that \
  restores damaged mitochondria.
The secretome replaces differentiating cells. | The secretome aids recovery by replacing damaged tissues via \
  differentiating cells.
Immune rejection improves engraftment. | Avoiding immune rejection improves engraftment.
HGF reduced fibrosis. | Blocking HGF reduced fibrosis.
IL-6 improves healing. | IL-6 deficiency improves healing.
Risk of infection is reduced by surgery. | Risk of infection after surgery is reduced by antibiotics.
The liver cannot regenerate after injury. | Contrary to the once widespread belief that the liver cannot regenerate \
  after injury, hepatocytes proliferate within 24 h.
Vaccination triggers autism. | The notion that vaccination triggers autism was debunked by large cohort studies.
Conditioned medium reduces infarct size in pigs. | We set out to determine if conditioned medium reduces infarct \
  size in pigs.
Wharton's jelly cells differentiate into neurons. | Provided that BDNF is added, Wharton's jelly cells differentiate \
  into neurons.
Vitamin D reduces fracture risk. | There is no evidence that vitamin D reduces fracture risk.
HGF stimulates hepatocytes and causes hypotension. | HGF stimulates hepatocytes. VEGF causes hypotension.
VEGF rose 3-fold. | HGF and VEGF rose 3-fold and 5-fold, respectively.
The secretome heals all chronic wounds. | The secretome heals chronic wounds of the foot.
Bone marrow MSCs proliferate faster than umbilical cord MSCs. | Umbilical cord MSCs proliferate faster than bone \
  marrow MSCs.
Patients on placebo outperformed those on the drug. | Patients on the drug outperformed those on placebo.
Exosomes treat stroke. | Exosomes are being tested to treat stroke.
Patients must receive anticoagulants. | Patients can receive anticoagulants.
20 mice received MSCs. | 20 mice received saline and 10 received MSCs.
Remission lasted under 6 months. | Remission lasted over 6 months.
The reduction was significant (p = 0.06). | The reduction was not significant (p = 0.06).
Mortality fell by 5 percentage points. | Mortality fell by 5%.
The secretome reduces fibrosis in vivo. | The secretome reduces fibrosis in organoids.
Only VEGF promotes angiogenesis. | VEGF also promotes angiogenesis.
Exosome treatment caused recovery. | Recovery was seen after exosome treatment.
Rejection is uncommon. | Rejection is not uncommon.
Fibroblasts express CD105, like MSCs. | MSCs, unlike fibroblasts, express CD105.
The lesion was reversible. | The lesion was irreversible.
The peptide is pro-apoptotic. | The peptide is anti-apoptotic.
Mast cells (MCs) suppress T cells. | MSCs suppress T cells.
IFN-γ licenses MSCs. | IFN-α licenses MSCs.
It was given 3 times daily. | It was given 3 times weekly.
Loss of PTEN activates AKT. | PTEN activates AKT.
Treatment with antibodies against VEGF promotes angiogenesis. | VEGF promotes angiogenesis.
"""

FAITHFUL = """
Hypoxia increases VEGF secretion by MSCs. | Hypoxia increases the secretion of VEGF by MSCs.
IL-6 secretion was reduced by HGF in macrophages. | HGF reduced IL-6 secretion in macrophages.
The secretome contains growth factors, cytokines and extracellular vesicles. | The secretome24 contains growth \
  factors, cytokines and extracellular vesicles25,26.
Exosomes carry miRNA. | Exosomes carry miRNA,12 and proteins [13,14].
Growth factors are secreted by MSCs. | MSCs secrete growth factors.
The patients were treated with exosomes. | The authors treated the patients with exosomes.
Exosomes are small vesicles that carry RNA. | Exosomes are small vesicles. Exosomes carry RNA.
The secretome consists of growth factors and vesicles, and it has therapeutic effects in skin, kidney and heart \
  disease. | The secretome consists of growth factors and vesicles. | The secretome has therapeutic effects in skin, \
  kidney and heart disease.
The effect is due to secreted factors. | The effect is because of secreted factors.
The effects are attributed to their secreted growth factors, cytokines and chemokines. | The effects are attributed \
  more so to their secreted growth factors, cytokines and chemokines and to the extracellular vesicles (EVs).
Stem cell therapies are limited by the risk of tumours. | Stem cell therapy is limited by the risk of tumour.
Wound healing is a complex process with four phases. | Wound healing is a complex process that has four phases.
Conditioned medium improved cardiac function in rats. | Conditioned medium (CM) markedly improved cardiac function \
  (LVEF) in rats.
Exosomes reduced infarct size in mice. | In a recent study, exosomes reduced infarct size in mice by 30%.
MSCs are known to home to injured tissue. | MSCs home to injured tissue.
The results suggest that HGF reduces fibrosis. | Our results suggest that HGF reduces fibrosis.
MSCs were thought to act by differentiation. | MSCs were initially thought to act by differentiation.
No adverse events were reported. | There were no adverse events reported in this study.
The therapy had no effect on survival. | The therapy did not have an effect on survival.
Mortality was lower in the treated group. | Mortality was lower in the treated group than in the control group.
Mortality fell from 12% to 8%. | Mortality decreased from 12% to 8%.
The half-life is about 3 minutes. | The half-life is approximately 3 min.
MSCs promote the healing of wounds. | MSCs promote wound healing.
MSCs are obtained from bone marrow. | MSCs are isolated from bone marrow.
Treatment with exosomes lowered blood pressure in hypertensive rats. | Exosome treatment lowered blood pressure in \
  hypertensive rats.
MSCs differentiate into osteoblasts and chondrocytes. | MSCs differentiate into osteoblasts, chondrocytes and \
  adipocytes.
Mesenchymal stem cells (MSCs) are multipotent. | Mesenchymal stem cells (MSCs) are multipotent.
Graft-versus-host disease responds to MSCs. | Graft-versus-host disease (GVHD) responds to MSCs.
A disadvantage of the secretome is its short half-life. | The secretome has the disadvantage of a short half-life.
"""


def _cases(table: str) -> list[tuple[str, tuple[str, ...]]]:
    lines = (" ".join(line.split()).split(" | ") for line in table.strip().splitlines())
    return [(claim, tuple(quotes)) for claim, *quotes in lines]


@pytest.mark.parametrize(("claim", "quotes"), _cases(UNFAITHFUL))
def test_the_words_of_a_quotation_do_not_make_a_claim_true(claim: str, quotes: tuple[str, ...]) -> None:
    found = JUDGE.judge(claim, Premise(quotes))
    assert found.verdict != "supported"
    assert found.reason


@pytest.mark.parametrize(("claim", "quotes"), _cases(FAITHFUL))
def test_a_faithful_claim_is_supported(claim: str, quotes: tuple[str, ...]) -> None:
    found = JUDGE.judge(claim, Premise(quotes))
    assert found.verdict == "supported", found.reason


def test_a_claim_may_say_because() -> None:
    found = JUDGE.judge("Inflammation declined because of MSCs.", Premise(("MSCs came while inflammation declined.",)))
    assert found.verdict != "supported"
