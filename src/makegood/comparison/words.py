"""Results in words: what was found, what it means for the payment and what not, and what can be done next."""

# ruff: noqa: E501 (sentences are read whole)

from __future__ import annotations

import math

from makegood.comparison.effect import POOLED, Finding
from makegood.comparison.power import Power
from makegood.comparison.protocol import Outcome, Protocol
from makegood.comparison.uncertainty import Bootstrap

NOTES = {
    "fallback": "The sample is below the minimum, so the fall-back that the protocol names was used instead of the main estimator.",
    "no_spread": "Nothing varies between the pairs, so no standard error can be computed; that is no sign of precision.",
    "one_pair": "There is one pair: a difference can be read off, its uncertainty cannot.",
    "no_exact_test": "The sample is small enough for the exact test, but none exists for weights or for controls that serve several.",
    "bootstrap_differs": "Resampling gives a standard error that differs by more than a fifth from the one stated; treat the interval with care.",
}


def shown(value: float, *, decimals: int) -> str:
    """A number for a sentence: at most `decimals`, without trailing zeros."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def figure(value: float, *, rule: Outcome, decimals: int) -> str:
    """A level in the unit of the metric: a share as a percentage."""
    if rule.value == "share":
        return f"{shown(100 * value, decimals=max(0, decimals - 2))}%"
    return shown(value, decimals=decimals) + (f" {rule.unit}" if rule.unit else "")


def difference(value: float, *, rule: Outcome, decimals: int) -> str:
    """A difference in the unit of the metric: of shares in percentage points."""
    if rule.value == "share":
        return f"{shown(100 * value, decimals=max(0, decimals - 2))} percentage points"
    return shown(value, decimals=decimals) + (f" {rule.unit}" if rule.unit else "")


def reading(finding: Finding) -> str:
    """What the interval says: `better`, `worse`, `inconclusive` (it includes no effect), or `unknown` (there is none)."""
    if finding.low is None or finding.high is None:
        return "unknown"
    if finding.low <= 0 <= finding.high:
        return "inconclusive"
    return "more" if finding.low > 0 else "fewer"


def sentences(finding: Finding, *, protocol: Protocol, power: Power | None, n: int, unmatched: int | None) -> dict[str, list[str]]:
    """`found`, `payment`, `limits` and `next`, each a few sentences, for a finding that may be published.

    `n` and `unmatched`: the counts as they may leave, None where they may not.
    """
    rule, d = protocol.outcomes[finding.metric], min(protocol.small_cells.decimals, 3)
    whom = "all cohorts together" if finding.cohort == POOLED else f"cohort {finding.cohort}"
    if finding.value is None or finding.comparison is None:
        return {
            "found": [f"{finding.metric}, {whom}: no effect is stated, because {finding.withheld}."],
            "payment": ["Nothing can be settled on it. That is not a finding that the programme did nothing."],
            "limits": [],
            "next": _next_without(finding, protocol),
        }
    effect = finding.value - finding.comparison
    conf = shown(100 * float(protocol.effect.confidence), decimals=1)
    spread = (
        f" ({conf}% interval {shown_pair(finding, rule=rule, decimals=d)})" if finding.low is not None else " (no interval can be given)"
    )
    found = [
        f"{finding.metric}, {whom}: {figure(finding.value, rule=rule, decimals=d)} among the {n} who are compared, "
        f"{figure(finding.comparison, rule=rule, decimals=d)} without the programme by the {protocol_name(finding)}; "
        f"a difference of {difference(effect, rule=rule, decimals=d)}{spread}."
    ]
    found += [NOTES[note] for note in finding.notes if note in NOTES]
    verdict = reading(finding)
    if verdict == "inconclusive":
        found.append(
            f"This is inconclusive: the data agree with no effect, and as well with one of "
            f"{difference(finding.low or 0, rule=rule, decimals=d)} or {difference(finding.high or 0, rule=rule, decimals=d)}. "
            "It does not show that there is no effect."
        )
        if power is not None:
            found.append(
                f"A sample of this size finds effects of {difference(power.detectable, rule=rule, decimals=d)} or more with the power that was "
                "asked; a smaller one may be real and stay unseen."
            )
    elif verdict != "unknown":
        good = verdict == rule.better
        found.append(
            f"The interval excludes no effect: the difference is {'an improvement' if good else 'a worsening'} that chance alone hardly explains."
        )
    return {
        "found": found,
        "payment": _payment(finding, rule=rule, protocol=protocol),
        "limits": _limits(finding, protocol=protocol, unmatched=unmatched),
        "next": _next(finding, verdict, rule=rule, power=power, n=n, decimals=d),
    }


def refusal(finding: Finding) -> dict[str, list[str]]:
    """The same for a finding that was made and may not leave."""
    return {
        "found": [f"{finding.metric}, cohort {finding.cohort}: an effect was computed, but it may not leave under the small-cell rule."],
        "payment": ["Nothing can be settled on it as long as it stays inside."],
        "limits": ["Its absence says nothing about its size or direction."],
        "next": [
            "Look at it inside the closed environment; publish it pooled over cohorts or with a later cohort.",
            "A smaller minimum can be agreed with the keeper of the data, as an amendment that every result shows.",
        ],
    }


def shown_pair(finding: Finding, *, rule: Outcome, decimals: int) -> str:
    """The two ends of the interval, the unit once."""
    low, high = finding.low or 0.0, finding.high or 0.0
    return f"{difference(low, rule=rule, decimals=decimals).split(' ')[0]} to {difference(high, rule=rule, decimals=decimals)}"


def protocol_name(finding: Finding) -> str:
    """The estimator for a sentence."""
    return finding.estimator.replace("_", " ").replace("difference in means", "comparison group")


def _payment(finding: Finding, *, rule: Outcome, protocol: Protocol) -> list[str]:
    said = []
    if finding.basis != protocol.participants:
        return [f"Shown beside: the agreement settles on {protocol.participants.replace('_', ' ')}, not on this basis."]
    alpha = 1 - float(protocol.effect.confidence)
    if rule.pays_on == "nothing":
        said.append("Nothing is paid on this metric; it is reported so that the whole is seen.")
    elif rule.pays_on == "significant_difference":
        p = finding.p_adjusted
        counts = p is not None and p <= alpha
        told = "not known" if p is None else shown(p, decimals=4)
        said.append(
            f"The agreement pays only on a difference that chance hardly explains (p at most {shown(alpha, decimals=3)}); p is {told} after the "
            f"rule for several tests, so the condition is {'met' if counts else 'not met'}."
        )
        if not counts:
            said.append("That no payment follows is what was agreed on uncertain evidence, not a finding that nothing was achieved.")
    else:
        said.append(
            "The agreement pays on the difference itself. The interval does not change the amount; it says how far the amount may lie from "
            "what a very large sample would have shown, to either side."
        )
    return said


def _limits(finding: Finding, *, protocol: Protocol, unmatched: int | None) -> list[str]:
    said = ["It speaks of those who have a comparison, not of others."]
    if unmatched:
        treatment = "left out of" if protocol.unmatched == "excluded" else "valued at the mean in"
        said = [f"It speaks of those who have a comparison; {unmatched} have none and are {treatment} the settlement by the protocol."]
    if finding.e is not None and finding.e.point > 1 and math.isfinite(finding.e.point):
        said.append(
            f"Matching balances what the files hold. A trait that they do not hold would explain the difference away if it were tied to both "
            f"taking part and the outcome by a risk ratio of {shown(finding.e.point, decimals=2)} (to take the interval to no effect: "
            f"{shown(finding.e.limit, decimals=2)})."
        )
    if finding.gamma is not None:
        said.append(
            f"The finding of an effect would hold while hidden bias made one of a pair at most {shown(finding.gamma, decimals=2)} times likelier "
            "to take part."
        )
    return said


def _next(finding: Finding, verdict: str, *, rule: Outcome, power: Power | None, n: int, decimals: int) -> list[str]:
    said = []
    if verdict in ("inconclusive", "unknown"):
        if finding.cohort != POOLED:
            said.append("Read the pooled result first; cohorts are small by nature.")
        if power is not None and power.needed is not None and power.needed > n:
            said.append(f"For the effect that was expected, about {power.needed} matched participants are needed; {n} are here.")
        elif power is not None:
            least = difference(power.detectable, rule=rule, decimals=decimals)
            said.append(f"Ask whether an effect below {least} would matter; if so, only more cohorts can show it.")
        said.append("Let later cohorts in, or wait until the observation window of all has passed, under the same protocol.")
        said.append(
            "Look at who could not be matched and at the overlap plot: a poor pool widens the interval more than a small group does."
        )
        said.append(
            "Do not choose another estimator now: a change after the outcomes are seen is an amendment that every later result shows."
        )
    if isinstance(finding.resampled, Bootstrap) and "bootstrap_differs" in finding.notes:
        said.append("Look for single persons with extreme outcomes before the figure is relied on.")
    if verdict not in ("inconclusive", "unknown"):
        said.append("Have a second team run the same protocol on the same files: the pairs and the figures must come out equal.")
    return said


def _next_without(finding: Finding, protocol: Protocol) -> list[str]:
    if finding.cohort != POOLED:
        return ["Read the pooled result, or wait for more participants in this cohort."]
    if finding.n < protocol.minimum_sample:
        return ["Settle later with more participants, or agree a fall-back by amendment before anyone sees the outcomes."]
    return ["Complete the outcomes, or look at the design: the overlap plot and the list of who could not be matched."]
