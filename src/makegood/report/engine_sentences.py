"""Sentences of the engine in Dutch: reasons of refusals, notes and steps, by pattern.

The engine says why in English, once. A Dutch document says it in Dutch where a pattern below knows the sentence;
else the English stands, marked as English for those who read with their ears.
"""

# ruff: noqa: E501 - a sentence and its translation stand on one line

from __future__ import annotations

import re

_WORDS = {
    "day": "dag", "days": "dagen", "week": "week", "weeks": "weken", "month": "maand", "months": "maanden", "year": "jaar", "years": "jaar",
    "quarter": "kwartaal", "person": "persoon", "occurrence": "periode", "contract year": "contractjaar", "claimed": "gedeclareerd",
    "validated": "gevalideerd", "paid": "betaald", "refused": "afgewezen", "withdrawn": "ingetrokken", "clawed back": "teruggevorderd",
    "nobody": "niemand", "of no stated kind": "van onbekende soort", "not given": "niet ingevuld", "no reason given": "zonder opgave van reden",
    "cohort": "de cohort", "class": "de klasse", "payer": "de betaler", "phase": "de fase", "component": "het onderdeel",
    "half upwards": "half omhoog", "half to even": "half naar even", "downwards": "omlaag", "upwards": "omhoog",
    "value": "waarde", "reported": "gemeld", "comparison": "vergelijking", "n": "aantal personen", "comparison_n": "personen in de vergelijking",
    "unmatched_n": "zonder vergelijking", "unknown_n": "onbekend", "quantity": "hoeveelheid", "count": "aantal", "persons": "personen",
    "matched group": "vergelijkbare groep", "randomised group": "gelote groep", "fixed rate": "vast percentage", "modelled": "model",
    "historical baseline": "eerdere periode", "difference": "verschil", "difference in points": "verschil in punten",
    "relative reduction": "relatieve daling", "relative increase": "relatieve stijging", "share of both": "aandeel van beide",
    "agreed": "afgesproken", "drawing": "inleg", "outcome_payment": "betaling voor uitkomsten", "repayment": "terugbetaling", "commitment": "toezegging",
    "grant": "subsidie", "fee": "vergoeding", "guarantee": "garantie", "otherwise": "overige gevallen", "this case": "dit geval",
}  # fmt: skip

_PATTERNS: list[tuple[str, str]] = [
    (r"no line pays for '(.+)' claim by claim", "geen regel betaalt '{0}' per declaratie"),
    (r"'(.+)' is paid once per (.+), and was", "'{0}' wordt één keer per {1} betaald, en dat is al gebeurd"),
    (r"'(.+)' is paid (\d+) times per (.+), and was", "'{0}' wordt {1} keer per {2} betaald, en dat is al gebeurd"),
    (r"'(.+)' was paid for this person, which excludes '(.+)'", "'{0}' is voor deze persoon betaald, en dat sluit '{1}' uit"),
    (r"waits until ('.+') is accepted for this person", "wacht tot {0} voor deze persoon is aanvaard"),
    (r"('.+') was not paid before for this person and this occurrence", "{0} is niet eerder betaald voor deze persoon in deze periode"),
    (r"('.+') was not paid before for this person", "{0} is niet eerder betaald voor deze persoon"),
    (r"comes sooner than (\d+) (\w+) after ('.+')", "komt eerder dan {0} {1} na {2}"),
    (r"comes later than (\d+) (\w+) after ('.+')", "komt later dan {0} {1} na {2}"),
    (r"(refused|withdrawn|clawed back): (.+)", "{0}: {1}"),
    (r"withdrawn on (\S+?)(?:: (.+))?", "ingetrokken op {0}: {1}"),
    (r"achieved on (\S+), after (\S+)", "behaald op {0}, na {1}"),
    (r"(\w+), not yet (\w+) or (\w+)", "{0}, nog niet {1} of {2}"),
    (r"(\w+), not yet (\w+)", "{0}, nog niet {1}"),
    (r"achieved on (\S+); the contract ended on (\S+)", "behaald op {0}; het contract eindigde op {1}"),
    (r"achieved on (\S+); cohort '(.+)' ended on (\S+)", "behaald op {0}; cohort '{1}' eindigde op {2}"),
    (r"the evidence is (.+); agreed are (.+)", "het bewijs is {0}; afgesproken zijn {1}"),
    (r"signed by (.+); agreed are (.+)", "getekend door {0}; afgesproken zijn {1}"),
    (r"validated by (.+); agreed are (.+)", "gevalideerd door {0}; afgesproken zijn {1}"),
    (r"'(.+)' both signed and validated it", "'{0}' heeft het zowel getekend als gevalideerd"),
    (r"the (\w+) is (.+); '(.+)' is for (.+)", "{0} is {1}; '{2}' is voor {3}"),
    (r"achieved on (\S+), when '(.+)' was not in force", "behaald op {0}, toen '{1}' niet van kracht was"),
    (r"claimed on (\S+), later than (\d+) (\w+) after it was achieved", "gedeclareerd op {0}, later dan {1} {2} nadat het was behaald"),
    (r"'(.+)' is paid only after the event (.+)", "'{0}' wordt alleen betaald na de gebeurtenis {1}"),
    (r"paid only after the event (.+)", "wordt alleen betaald na de gebeurtenis {0}"),
    (r"(\S+) of (\S+) not accepted; no reason was published", "{0} van {1} niet aanvaard; er is geen reden gepubliceerd"),
    (r"not known yet: (.+)", "nog niet bekend: {0}"),
    (r"no result", "er is geen uitkomst"),
    (r"the result gives no figure to compare with", "de uitkomst geeft geen cijfer om mee te vergelijken"),
    (r"the result gives no (.+)", "de uitkomst geeft geen {0}"),
    (r"(\d+) of (\d+) results give no figure to compare with", "{0} van {1} uitkomsten geven geen cijfer om mee te vergelijken"),
    (r"(\d+) of (\d+) results give no (.+)", "{0} van {1} uitkomsten geven geen {2}"),
    (r"holds", "is vervuld"),
    (r"does not hold", "is niet vervuld"),
    (r"a figure is missing", "een cijfer ontbreekt"),
    (r"there is no final result yet", "er is nog geen definitieve uitkomst"),
    (r"a condition does not hold", "aan een voorwaarde is niet voldaan"),
    (r"less than nothing was earned, so nothing is paid", "er is minder dan niets verdiend, dus wordt er niets betaald"),
    (r"falls due in the settlement '(.+)', from (\S+)", "vervalt in de afrekening '{0}', vanaf {1}"),
    (r"the settlement '(.+)' closed on (\S+)", "de afrekening '{0}' sloot op {1}"),
    (r"'(.+)' was not in force on (\S+)", "'{0}' was niet van kracht op {1}"),
    (r"cohort '(.+)' ended on (\S+)", "cohort '{0}' eindigde op {1}"),
    (r"(\S+) was paid more than is due; it is carried forward, not paid back",
     "er is {0} meer betaald dan verschuldigd; dat schuift door en wordt niet terugbetaald"),
    (r"nothing supports this payment any more", "niets draagt deze betaling nog"),
    (r"taken over from (\S+) \((.+)\)", "overgenomen van {0} ({1})"),
    (r"the period's limit left no room; it is paid in a later period", "de grens van de periode liet geen ruimte; betaling volgt in een latere periode"),
    (r"set against what falls due later", "verrekend met wat later verschuldigd is"),
    (r"rests on something unknown", "berust op iets onbekends"),
    (r"nothing to divide by", "er is niets om door te delen"),
    (r"what would have happened otherwise is not known", "wat anders was gebeurd is niet bekend"),
    (r"no counterfactual is agreed for this day", "voor deze dag is geen vergelijking afgesproken"),
    (r"no row of `by` applies to this fact", "geen van de gevallen past op dit feit"),
    (r"no row applies", "geen geval past"),
    (r"no step applies", "geen trede past"),
    (r"no step covers (.+): it pays nothing", "geen trede dekt {0}: die betaalt niets"),
    (r"p is (\S+), (\S+) is asked", "p is {0}, gevraagd is {1}"),
    (r"agreed", "afgesproken"),
    (r"committed", "toegezegd"),
    (r"in units of (\S+)", "in eenheden van {0}"),
    (r"claimed quantity of (\d+) claims", "gedeclareerde hoeveelheid van {0} declaraties"),
    (r"claimed quantity", "gedeclareerde hoeveelheid"),
    (r"the quantity claimed", "de gedeclareerde hoeveelheid"),
    (r"the person's claim number", "de hoeveelste declaratie van de persoon"),
    (r"the line's claim number", "de hoeveelste declaratie van de regel"),
    (r"no claim is being priced here", "hier wordt geen declaratie beprijsd"),
    (r"not known, so this counts instead", "niet bekend, dus telt dit"),
    (r"there is no (.+) here", "er is hier geen {0}"),
    (r"time", "tijd"),
    (r"enough for a return", "genoeg voor een rendement"),
    (r"paid in all for (\S+)% a year on drawn capital", "in totaal betaald voor {0}% per jaar op ingelegd kapitaal"),
    (r"replaced by '(.+)'", "vervangen door '{0}'"),
    (r"it is not said when it was claimed; (.+) are agreed", "niet vermeld is wanneer het is gedeclareerd; {0} is afgesproken"),
    (r"achieved on (\S+); outcomes count until (\S+)", "behaald op {0}; uitkomsten tellen tot {1}"),
    (r"achieved on (\S+), which is not among the days that '(.+)' is for", "behaald op {0}, buiten de dagen waarvoor '{1}' geldt"),
    (r"achieved on (\S+); the settlement '(.+)' closed on (\S+)", "behaald op {0}; de afrekening '{1}' sloot op {2}"),
    (r"the period began on (\S+); the contract ended on (\S+)", "de periode begon op {0}; het contract eindigde op {1}"),
    (r"it was paid before and stands, whatever later results say", "het is eerder betaald en blijft staan, wat latere uitkomsten ook zeggen"),
    (r"it is no longer among the claims", "het staat niet meer tussen de declaraties"),
    (r"(\S+) was paid more than is due; it is set against what falls due later, not paid back",
     "er is {0} meer betaald dan verschuldigd; dat wordt verrekend met wat later verschuldigd is en niet terugbetaald"),
    (r"paid more than is due; set against what falls due later", "meer betaald dan verschuldigd; verrekend met wat later verschuldigd is"),
    (r"(\S+) is set off against what was paid too much before", "{0} is verrekend met wat eerder te veel is betaald"),
    (r"nothing is paid while the limit '(.+)' is not known: (.+)", "zolang de grens '{0}' niet bekend is wordt niets betaald: {1}"),
    (r"another payer's case", "een geval van een andere betaler"),
    (r"own case", "eigen geval"),
    (r"only what lies above", "alleen wat erboven ligt"),
    (r"grown by (\S+)% a year for (\d+) (months|days)", "gegroeid met {0}% per jaar, {1} {2} lang"),
    (r"weeks from (\S+) to (\S+)", "weken van {0} tot {1}"),
    (r"effect on (.+): the sample is smaller than (\S+)", "effect op {0}: de steekproef is kleiner dan {1}"),
    (r"effect on (.+) counts as none", "effect op {0} telt als geen"),
    (r"effect on (.+?): (.+)", "effect op {0}: {1}"),
    (r"effect on (.+)", "effect op {0}"),
    (r"earned by (.+)", "verdiend met {0}"),
    (r"less what was earned by (.+)", "min wat is verdiend met {0}"),
    (r"accepted claims of (.+): (\w+)", "aanvaarde declaraties van {0}: {1}"),
    (r"claims of (.+): (\w+)", "declaraties van {0}: {1}"),
    (r"(drawing|grant|fee|guarantee|outcome_payment|repayment|commitment) until (\S+)", "{0} tot {1}"),
    (r"(days|months|years) from (\S+) to (\S+)", "{0} van {1} tot {2}"),
    (r"grown by (\S+)% a year for (\d+) years", "gegroeid met {0}% per jaar, {1} jaar lang"),
    (r"step for (.+)", "trede voor {0}"),
    (r"at or before the first point \((.+)\)", "op of voor het eerste punt ({0})"),
    (r"at or beyond the last point \((.+)\)", "op of voorbij het laatste punt ({0})"),
    (r"on the line from (\S+) → (\S+) to (\S+) → (\S+)", "op de lijn van {0} → {1} naar {2} → {3}"),
    (r"on the line", "op de lijn"),
    (r"sum of slices", "som van de schijven"),
    (r"(.+) at (\S+)", "{0} tegen {1}"),
    (r"for (.+)", "voor {0}"),
    (r"share of (.+?): (.+)", "aandeel van {0}: {1}"),
    (r"(.+): measured", "{0}: gemeten"),
    (r"(.+): (value|reported|comparison|n|comparison_n|unmatched_n|unknown_n|matched group|randomised group|fixed rate|modelled|historical baseline)",
     "{0}: {1}"),
    (r"rounded to (\S+) \(([\w ]+)\)", "afgerond op {0} ({1})"),
    (r"nothing_drawn", "er is niets ingelegd"),
]  # fmt: skip
PATTERNS = [(re.compile(pattern), template) for pattern, template in _PATTERNS]
_NO_FIGURE = re.compile(r"(the result gives|\d+ of \d+ results give) no .+")
_PHRASES = {"at least": "minstens", "more than": "meer dan", "less than": "minder dan", "at most": "hoogstens", "any value": "elke waarde"}


def in_dutch(sentence: str) -> str | None:
    """The engine's English sentence in Dutch; None where no pattern knows it."""
    if sentence in _WORDS:
        return _WORDS[sentence]
    parts = sentence.split("; ")
    for pattern, template in PATTERNS:
        match = pattern.fullmatch(sentence)
        if match:
            inner = [edges_in_dutch(_WORDS.get(group or "", _part(group or ""))) for group in match.groups()]
            return template.format(*inner).removesuffix(": ")
    if len(parts) > 1:
        told = [in_dutch(part) for part in parts]
        return "; ".join(part for part in told if part) if all(told) else None
    return None


def edges_in_dutch(words: str) -> str:
    """The words of an interval (`at least 3 and less than 5`) in Dutch."""
    for english, dutch in _PHRASES.items():
        words = words.replace(english, dutch)
    return words.replace(" and meer", " en meer").replace(" and minder", " en minder").replace(" and hoogstens", " en hoogstens")


def _part(group: str) -> str:
    """A group of a pattern that is itself a sentence of the engine."""
    if group.startswith("'") and "' or '" in group:
        return group.replace("' or '", "' of '")
    known = {"no result", "a figure is missing", "rests on something unknown", "nothing to divide by"}
    is_sentence = group in known or group.startswith("for ") or _NO_FIGURE.fullmatch(group)
    return (in_dutch(group) or group) if is_sentence else group
