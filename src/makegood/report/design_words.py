"""The design stage in words: who is compared, how alike they are, who is left out, what can be shown, what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from makegood.report.comparison_phrases import COMPARISON
from makegood.report.comparison_voice import Voice

NAMED = 5
"""So many traits are named in a sentence."""
LOW_POWER = Decimal("0.5")
GROUPS = ("treated", "matched", "unmatched", "controls", "pool")


def on_sizes(basis: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    """How many are compared with how many, and within which caliper."""
    sizes = {group: basis["sizes"][group] for group in GROUPS}
    shown = {group: voice.number(count) for group, count in sizes.items()}
    if not basis["verdict"]["matched"]:
        yield voice.say("nobody_matched")
    elif None in (sizes["treated"], sizes["matched"], sizes["unmatched"]):
        yield voice.say("sizes_hidden")
    else:
        yield voice.say(_size_key(sizes), **shown)
    if sizes["controls"] is not None and basis["verdict"]["matched"]:
        yield voice.say("controls_one" if sizes["controls"] == "1" else "controls", **shown)
        effective = basis.get("effective_controls")
        if effective is not None and effective != sizes["controls"]:
            yield voice.say("effective", effective=voice.number(effective))
    if (caliper := basis["caliper"]) and basis["verdict"]["matched"]:
        if caliper["holds"]:
            told = {"asked": voice.number(caliper["asked"]), "unit": voice.say(f"unit_{caliper['unit']}")}
            yield voice.say("caliper_holds", **told, share=voice.share(caliper["widest_of_width"]))
        else:
            yield voice.say("caliper_broken", n=voice.number(caliper["pairs_outside"]))
    for remark in dict.fromkeys((remark["code"], remark["at"]) for remark in basis["remarks"] if remark["severity"] == "warning"):
        yield _remark(remark[0], remark[1], voice)


def _size_key(sizes: Mapping[str, str | None]) -> str:
    if sizes["unmatched"] == "0":
        return "sizes_all_one" if sizes["treated"] == "1" else "sizes_all"
    if sizes["matched"] == "1":
        return "sizes_one"
    return "sizes_but_one" if sizes["unmatched"] == "1" else "sizes"


def _remark(code: str, at: str, voice: Voice) -> str:
    known = f"remark_{code}"
    return voice.say(known if known in COMPARISON else "remark_other", at=voice.trait(at), code=code)


def on_balance(basis: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    """The verdict against the protocol's thresholds."""
    found, bounds = basis["verdict"], voice.terms["balance"]
    if not found["matched"]:
        yield voice.say("nobody_matched")
        return
    smd = voice.number(bounds["smd"])
    if found["apart"]:
        yield voice.say("means_apart", smd=smd, names=_named([(row["name"], row["smd"]) for row in found["apart"]], voice))
    elif found["worst"] is not None:
        worst = {"worst": voice.fixed(found["worst"]["smd"].lstrip("-")), "name": voice.trait(found["worst"]["name"])}
        counts = {"shown": voice.number(found["traits_shown"]), "all": voice.number(found["traits"])}
        yield voice.say("means_alike" if counts["shown"] == counts["all"] else "means_alike_shown", smd=smd, **worst, **counts)
    for key, bound in (("spread_differs", "variance_ratio"), ("spread_unknown", "variance_ratio"), ("shape_differs", "ks")):
        if found.get(key):
            names = voice.language.listed([voice.trait(name) for name in found[key]])
            yield voice.say(key, names=names, ratio=voice.number(bounds["variance_ratio"]), ks=voice.number(bounds[bound]))
    if found["beyond_not_shown"]:
        yield voice.say("beyond_not_shown")
    if found["too_many_unmatched"]:
        yield voice.say("too_many_unmatched", share=voice.share(bounds["unmatched"]))
    yield voice.say("alike_means_not")


def _named(traits: Sequence[tuple[str, str]], voice: Voice) -> str:
    shown = [f"{voice.trait(name)} ({voice.fixed(smd)})" for name, smd in traits[:NAMED]]
    return ", ".join(shown) + (" …" if len(traits) > NAMED else "")


def on_power(power: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    """What a matched set can show of one outcome."""
    metric = power["metric"]
    size = voice.difference(metric, power["detectable_effect"])
    yield f"{voice.outcome(metric)}. " + voice.say("power_words", power=voice.share(voice.terms["power"]), size=size)
    expected, chance = voice.terms["outcomes"][metric]["expected_effect"], power["power_at_expected_effect"]
    if expected is None or chance is None:
        return
    likely = voice.percent(Decimal(chance))
    yield voice.say("power_at", effect=voice.difference(metric, expected), chance=likely)
    if power["needed_for_expected_effect"] is not None and Decimal(chance) < Decimal(voice.terms["power"]):
        yield voice.say("power_needed", needed=voice.number(power["needed_for_expected_effect"]))
    if Decimal(chance) < LOW_POWER:
        yield voice.say("power_means_not")


def on_next(basis: Mapping[str, Any], voice: Voice, *, locked: bool) -> Iterator[str]:
    """What can still be done while nobody has seen outcomes."""
    if not basis["verdict"]["matched"]:
        yield voice.say("next_nobody")
        yield voice.say("next_nobody_wider")
        return
    yield voice.say("next_amend_now" if locked else "next_lock")
    if not basis["verdict"]["good"]:
        yield voice.say("next_not_alike")
    if basis["sizes"]["unmatched"] not in (None, "0"):
        yield voice.say("next_spread")
    chances = [power["power_at_expected_effect"] for power in basis.get("power", ())]
    if any(chance is not None and Decimal(chance) < Decimal(voice.terms["power"]) for chance in chances):
        yield voice.say("next_more_power")


def on_contrasts(rows: Sequence[Mapping[str, Any]], groups: tuple[str, str], voice: Voice) -> str:
    """The differences of two groups that chance hardly explains, the largest first."""
    known = [row for row in rows if row.get("smd") is not None and _beyond_chance(row)]
    largest = sorted(known, key=lambda row: -abs(Decimal(row["smd"])))[:NAMED]
    if not largest:
        return voice.say("differs_none")
    names = [
        voice.say(
            "one_against_other",
            name=voice.trait(row["name"]),
            one=_figure(row, groups[0], voice),
            other=_figure(row, groups[1], voice),
        )
        for row in largest
    ]
    return voice.say("differs_most", names="; ".join(names))


def on_what_if(item: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    """What a set of criteria would have done: who is in and out, who would have a match, how alike, what could be found."""
    treated = {part: voice.number(count) for part, count in item["treated"].items()}
    hidden = None in (item["treated"]["out"], item["treated"]["unknown"])
    key = "if_in_hidden" if item["treated"]["in"] is None else "if_out_hidden" if hidden else "if_in"
    yield voice.say(key, **{**treated, "among": voice.number(item["pool"]["in"])})
    if item["matched"] is None:
        yield voice.say("if_hidden")
        return
    yield voice.say("if_matched", n=voice.number(item["matched"]))
    worst = item.get("worst")
    if worst is None or worst["smd"] is None:
        return
    yield voice.say(
        "if_alike" if item["good"] else "if_not_alike", smd=voice.fixed(worst["smd"].lstrip("-")), name=voice.trait(worst["name"])
    )
    for power in item["power"]:
        size = voice.difference(power["metric"], power["detectable_effect"])
        yield voice.say("if_power", title=voice.outcome(power["metric"]), size=size)


def _beyond_chance(row: Mapping[str, Any]) -> bool:
    low, high = row.get("ci_low"), row.get("ci_high")
    return low is not None and high is not None and not Decimal(low) <= 0 <= Decimal(high)


def _figure(row: Mapping[str, Any], group: str, voice: Voice) -> str:
    return trait_level(row["name"], row[group], voice)


def trait_level(name: str, figure: str | None, voice: Voice) -> str:
    """A mean of a number, or the share who have a level of a category."""
    if figure is None:
        return "·"
    if "[" in name:
        return f"{voice.fixed(str(Decimal(figure) * 100), 1)}%"
    return voice.fixed(figure)
