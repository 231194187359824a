"""The effect page: for each outcome what was found, what it means for the payment, what it does not say, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from makegood.report.charts import ON_PAGE
from makegood.report.comparison_charts import Spread, interval_plot
from makegood.report.comparison_html import Told, answer_box, figure, folded, how, listed, marked, pages, refused
from makegood.report.comparison_voice import Voice
from makegood.report.effect_words import PARTS, verdict
from makegood.report.markup import Markup, element, joined, table


def effect_pages(findings: Sequence[Mapping[str, Any]], told: Told, *, refused_names: Sequence[str]) -> dict[str, bytes | str]:
    """The effect page in every language. `findings`: as `effect_words.in_words` gives them."""
    return pages("effect", lambda voice: (_answer(findings, voice), list(_sections(findings, voice, told, refused_names))), told)


def _main(findings: Sequence[Mapping[str, Any]], voice: Voice) -> Mapping[str, Any] | None:
    """The finding that decides: settled, of everybody, of the first outcome that pays."""
    whole = [finding for finding in findings if finding["settled"] and finding["cohort"] == "all"]
    paying = [finding for finding in whole if voice.terms["outcomes"][finding["metric"]]["pays_on"] != "nothing"]
    return next(iter(paying or whole), None)


def _answer(findings: Sequence[Mapping[str, Any]], voice: Voice) -> Markup:
    finding = _main(findings, voice)
    if finding is None or finding["state"] != "stated":
        words = [] if finding is None else finding["words"][voice.language.code]["found"]
        return answer_box(voice.say("effect_kind"), "–", voice.say("answer_no_effect"), *words)
    metric, found = finding["metric"], verdict(finding, voice.terms)
    words = finding["words"][voice.language.code]
    rests = voice.say(
        "answer_effect_rests",
        n=voice.number(finding["n"]),
        controls=voice.number(finding["comparison_n"]),
        basis=voice.basis(finding["basis"]),
    )
    title = voice.outcome(metric)
    label = voice.say("answer_effect", title=title[:1].lower() + title[1:])
    amount = voice.difference(metric, finding["effect"], signed=True)
    return answer_box(label, amount, f"{voice.say(f'short_{found}')}. {_interval(finding, voice)}", rests, *words["payment"][:1])


def _interval(finding: Mapping[str, Any], voice: Voice) -> str:
    if finding["ci_low"] is None:
        return ""
    low, high = voice.end(finding["metric"], finding["ci_low"]), voice.difference(finding["metric"], finding["ci_high"])
    return f"{voice.say('interval', confidence=voice.confidence)}: {low} … {high}"


def _sections(
    findings: Sequence[Mapping[str, Any]], voice: Voice, told: Told, refused_names: Sequence[str]
) -> Iterator[tuple[str, str, Sequence[str]]]:
    for metric in dict.fromkeys(finding["metric"] for finding in findings):
        yield voice.outcome(metric), f"outcome-{metric}", list(_outcome([each for each in findings if each["metric"] == metric], voice))
    yield voice.say("sec_results"), "results", list(_results(findings, voice))
    signed = [(voice.say("signed_by"), told.signed_by.replace("_", " ") if told.signed_by else voice.say("not_signed"))]
    yield voice.say("sec_how"), "how", list(how(voice, told, *signed))
    yield voice.say("sec_refused"), "refused", list(refused(refused_names, voice, inside=told.inside))


def _outcome(findings: Sequence[Mapping[str, Any]], voice: Voice) -> Iterator[str]:
    """One outcome: the settled finding of everybody in full, the picture with cohorts and the other basis, the rest folded."""
    main = next((each for each in findings if each["settled"] and each["cohort"] == "all"), findings[0])
    spreads = [_spread(each, voice, bold=each is main) for each in findings if each["state"] == "stated"]
    found, *further = _in_full(main, voice)
    yield found
    if spreads:
        name = f"chart-{main['metric'].replace('_', '-')}"
        yield figure(interval_plot(spreads, voice, palette=ON_PAGE, name=name))
    yield from further
    if main["state"] == "stated":
        yield folded(voice.say("checks"), _checks(main, voice))
    for each in findings:
        if each is not main and (each["state"] != "refused" or each["settled"]):
            yield folded(voice.group(each), *_in_full(each, voice))


def _in_full(finding: Mapping[str, Any], voice: Voice) -> Iterator[Markup]:
    words = finding["words"][voice.language.code]
    for part in PARTS:
        if words[part]:
            inside = listed(words[part]) if part == "next" and len(words[part]) > 1 else element("p", marked(" ".join(words[part])))
            yield joined(element("h3", voice.say(f"part_{part}")), inside)


def _spread(finding: Mapping[str, Any], voice: Voice, *, bold: bool) -> Spread:
    metric = finding["metric"]
    around = f"{voice.end(metric, finding['ci_low'])} … {voice.difference(metric, finding['ci_high'])}"
    shown = f"{voice.difference(metric, finding['effect'], signed=True)} ({around})"
    low, high = (None if finding[end] is None else Decimal(finding[end]) for end in ("ci_low", "ci_high"))
    return Spread(voice.group(finding), shown, Decimal(finding["effect"]), low, high, bold)


def _checks(finding: Mapping[str, Any], voice: Voice) -> Markup:
    metric = finding["metric"]
    facts = [
        (voice.say("standard_error"), voice.difference(metric, finding["se"], exact=True)),
        (voice.say("p"), voice.p(finding["p"])),
        (voice.say("p_adjusted"), voice.p(finding["p_adjusted"])),
    ]
    if exact := finding.get("exact_test"):
        key = "check_exact_all" if exact["enumerated"] else "check_exact_drawn"
        facts.append((voice.say("check_exact"), voice.say(key, p=voice.p(exact["p"]), n=voice.number(exact["assignments"]))))
    if again := finding.get("bootstrap"):
        facts.append((voice.say("check_bootstrap"), _bootstrap(metric, again, voice)))
    if finding["e_value"] is not None:
        facts.append((voice.say("check_e_value"), f"{voice.fixed(finding['e_value'])} ({voice.fixed(finding['e_value_of_limit'])})"))
    if finding["rosenbaum_gamma"] is not None:
        facts.append((voice.say("check_gamma"), voice.fixed(finding["rosenbaum_gamma"])))
    return element("dl", *(Markup(element("dt", name) + element("dd", words)) for name, words in facts))


def _bootstrap(metric: str, again: Mapping[str, Any], voice: Voice) -> str:
    if "none" in again:
        return voice.say(f"bootstrap_{again['none']}")
    told = {
        "se": voice.difference(metric, again["se"], exact=True),
        "low": voice.end(metric, again["ci_low"], exact=True),
        "high": voice.difference(metric, again["ci_high"], exact=True),
    }
    return voice.say("check_bootstrap_words", draws=voice.number(again["draws"]), **told)


def _results(findings: Sequence[Mapping[str, Any]], voice: Voice) -> Iterator[str]:
    rows = [
        [
            joined(voice.outcome(each["metric"]), element("small", voice.group(each))),
            voice.number(each["n"]),
            voice.level(each["metric"], each["value"], exact=True),
            voice.level(each["metric"], each["comparison_value"], exact=True),
            joined(voice.difference(each["metric"], each["effect"], signed=True, exact=True), element("small", _around(each, voice))),
            voice.p(each["p_adjusted"]),
        ]
        for each in findings
        if each["state"] == "stated"
    ]
    if rows:
        heads = [voice.say(key) for key in ("outcome", "people", "with", "without")]
        heads += [f"{voice.say('difference')} ({voice.say('interval', confidence=voice.confidence)})", voice.say("p_adjusted")]
        yield table(voice.say("sec_results"), heads, rows, numbers=5, hide_caption=True)
    others = [each for each in findings if each["state"] != "stated"]
    if others:
        yield listed(f"{_named(each, voice)}: {voice.say('short_' + each['state']).lower()}" for each in others)


def _around(finding: Mapping[str, Any], voice: Voice) -> str:
    if finding["ci_low"] is None:
        return "·"
    return f"{voice.end(finding['metric'], finding['ci_low'], exact=True)} … {voice.end(finding['metric'], finding['ci_high'], exact=True)}"


def _named(finding: Mapping[str, Any], voice: Voice) -> str:
    return f"{voice.subject(finding)}, {voice.basis(finding['basis'])}"
