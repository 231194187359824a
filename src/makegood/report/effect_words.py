"""A finding in words: what was found, what it means for the payment and what not, and what can be done next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from makegood.report.comparison_voice import Voice
from makegood.report.language import CODES, Language

PARTS = ("found", "payment", "limits", "next")
MANY_UNMATCHED = Decimal("0.1")
"""From this share without a match on, a wider pool is the first thing to think of."""


def in_words(findings: list[dict[str, Any]], *, terms: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The findings, each with its sentences in every language under `words`: language -> part -> sentences."""
    voices = {code: Voice(Language(code), terms) for code in CODES}
    return [{**finding, "words": {code: sentences(finding, voice) for code, voice in voices.items()}} for finding in findings]


def sentences(finding: Mapping[str, Any], voice: Voice) -> dict[str, list[str]]:
    """`found`, `payment`, `limits` and `next`, each a few sentences."""
    told = {"stated": _stated, "withheld": _withheld, "refused": _refused}[finding["state"]]
    return told(finding, voice)


def verdict(finding: Mapping[str, Any], terms: Mapping[str, Any]) -> str:
    """`improvement`, `worsening`, `inconclusive`, `unknown`, `withheld` or `refused`."""
    if finding["state"] != "stated":
        return str(finding["state"])
    reading = str(finding["reading"])
    if reading in ("inconclusive", "unknown"):
        return reading
    return "improvement" if reading == terms["outcomes"][finding["metric"]]["better"] else "worsening"


def _stated(finding: Mapping[str, Any], voice: Voice) -> dict[str, list[str]]:
    return {
        "found": list(_found(finding, voice)),
        "payment": list(_payment(finding, voice)),
        "limits": list(_limits(finding, voice)),
        "next": list(_next(finding, voice)),
    }


def _found(finding: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    metric = finding["metric"]
    yield voice.say(
        "found_one" if finding["n"] == "1" else "found",
        subject=voice.subject(finding),
        value=voice.level(metric, finding["value"]),
        n=voice.number(finding["n"]),
        comparison=voice.level(metric, finding["comparison_value"]),
        estimator=_estimator(finding["estimator"], voice),
    )
    effect = voice.difference(metric, finding["effect"])
    low, high = voice.end(metric, finding["ci_low"]), voice.difference(metric, finding["ci_high"])
    if finding["ci_low"] is None:
        yield voice.say("found_no_interval", effect=effect)
    else:
        yield voice.say("found_difference", effect=effect, confidence=voice.confidence, low=low, high=high)
    for note in finding["notes"]:
        yield voice.say(f"note_{note}", minimum=voice.number(voice.terms["minimum_sample"]))
    found = verdict(finding, voice.terms)
    yield voice.say(found, low=voice.difference(metric, finding["ci_low"]), high=high)
    if found == "inconclusive" and (power := finding.get("power")):
        size = voice.difference(metric, power["detectable"])
        yield voice.say("detectable", size=size, power=voice.share(voice.terms["power"]))


def _estimator(name: str, voice: Voice) -> str:
    parts = []
    for part in name.split(" + "):
        weight, _, known = part.rpartition(" ")
        parts.append(f"{weight} {voice.say(f'by_{known}')}".strip())
    return voice.language.listed(parts)


def _payment(finding: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    metric = finding["metric"]
    rule = voice.terms["outcomes"][metric]
    if not finding["settled"]:
        yield voice.say("pay_beside", participants=voice.basis(voice.terms["participants"]))
    elif rule["pays_on"] == "nothing":
        yield voice.say("pay_nothing")
    elif rule["pays_on"] == "significant_difference":
        yield from _pays_if_significant(finding, voice)
    else:
        wrong = _wrong_way(finding, voice)
        if wrong:
            yield voice.say("pay_point_wrong_way")
            if verdict(finding, voice.terms) != "worsening":
                yield voice.say("pay_point_wrong_way_unsure")
            return
        yield voice.say("pay_point", effect=voice.difference(metric, finding["effect"]))
        if finding["ci_low"] is not None:
            yield voice.say("pay_point_means_not")
        if verdict(finding, voice.terms) in ("inconclusive", "unknown"):
            yield voice.say("pay_point_inconclusive")


def _pays_if_significant(finding: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    alpha = 1 - Decimal(voice.terms["confidence"])
    p = finding["p_adjusted"]
    met = p is not None and Decimal(p) <= alpha
    if met and _wrong_way(finding, voice):
        yield voice.say("pay_significant_wrong_way")
        return
    corrected = "" if voice.terms["multiple_testing"] == "none" else voice.say("corrected")
    key = "pay_significant_met" if met else "pay_significant_not_met"
    yield voice.say(key, alpha=voice.language.number(alpha), p=voice.p(p), corrected=corrected if p is not None else "")
    if not met:
        yield voice.say("pay_significant_means_not")


def _wrong_way(finding: Mapping[str, Any], voice: Voice) -> bool:
    effect = Decimal(finding["effect"])
    return effect < 0 if voice.terms["outcomes"][finding["metric"]]["better"] == "more" else effect > 0


def _limits(finding: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    unmatched = finding.get("unmatched_n")
    if unmatched in (None, "0"):
        yield voice.say("limit_matched")
    else:
        yield voice.say(f"limit_unmatched_{voice.terms['unmatched']}", unmatched=voice.number(unmatched))
    if finding.get("unknown_n") not in (None, "0"):
        yield voice.say("limit_unknown", unknown=voice.number(finding["unknown_n"]))
    if finding["e_value"] is not None and Decimal(finding["e_value"]) > 1:
        conclusive = verdict(finding, voice.terms) in ("improvement", "worsening")
        yield voice.say(
            "limit_hidden" if conclusive else "limit_hidden_point",
            e_value=voice.fixed(finding["e_value"]),
            limit=voice.fixed(finding["e_value_of_limit"]),
        )
    if finding["rosenbaum_gamma"] is not None:
        yield voice.say("limit_gamma", gamma=voice.fixed(finding["rosenbaum_gamma"]))


def _next(finding: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    found = verdict(finding, voice.terms)
    if "bootstrap_differs" in finding["notes"]:
        yield voice.say("next_extreme")
    if found == "worsening":
        yield voice.say("next_worsening")
    if found in ("improvement", "worsening"):
        yield voice.say("next_second_team")
        return
    if finding["cohort"] != "all":
        yield voice.say("next_pooled")
    if found == "unknown":
        yield voice.say("next_unknown")
    else:
        yield from _on_size(finding, voice)
    unknown = finding.get("unknown_n")
    yield voice.say("next_wait", unknown=voice.number(unknown)) if unknown not in (None, "0") else voice.say("next_later")
    unmatched = finding.get("unmatched_n")
    if unmatched not in (None, "0"):
        share = Decimal(unmatched) / (Decimal(unmatched) + Decimal(finding["n"]))
        if share >= MANY_UNMATCHED:
            yield voice.say("next_unmatched", share=voice.percent(share))
    if finding["settled"] and voice.terms["outcomes"][finding["metric"]]["pays_on"] != "nothing":
        yield voice.say("next_terms")
    yield voice.say("next_amend")


def _on_size(finding: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    """Whether the group was large enough for what was expected."""
    metric, power = finding["metric"], finding.get("power")
    expected = voice.terms["outcomes"][metric]["expected_effect"]
    if not power or power["needed"] is None or expected is None:
        return
    told = {"expected": voice.difference(metric, expected), "n": voice.number(finding["n"])}
    if int(power["needed"]) > int(finding["n"]):
        yield voice.say("next_needed", needed=voice.number(power["needed"]), **told)
    else:
        yield voice.say("next_enough", size=voice.difference(metric, power["detectable"]), **told)


def _withheld(finding: Mapping[str, Any], voice: Voice) -> dict[str, list[str]]:
    minimum = voice.number(voice.terms["minimum_sample"])
    why = voice.say(f"why_{finding['why']}", minimum=minimum)
    if finding["cohort"] != "all":
        following = voice.say("next_withheld_cohort")
    else:
        few = finding["why"] in ("below_minimum", "too_few_to_adjust")
        following = voice.say("next_withheld_few" if few else "next_withheld_match")
    return {
        "found": [voice.say("withheld", subject=voice.subject(finding), why=why)],
        "payment": [voice.say("pay_withheld")],
        "limits": [],
        "next": [following],
    }


def _refused(finding: Mapping[str, Any], voice: Voice) -> dict[str, list[str]]:
    return {
        "found": [voice.say("refused", subject=voice.subject(finding))],
        "payment": [voice.say("pay_refused")] if finding["settled"] else [],
        "limits": [voice.say("limit_refused")],
        "next": [voice.say("next_refused"), voice.say("next_refused_minimum")],
    }
