"""The design page: the questions of an evaluator, answered from covariates alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from makegood.report.charts import ON_PAGE
from makegood.report.comparison_charts import love_plot, overlap_plot
from makegood.report.comparison_html import Told, answer_box, figure, folded, how, listed, pages, paragraphs, refused
from makegood.report.comparison_text import CONTRASTS
from makegood.report.comparison_voice import Voice
from makegood.report.design_words import on_balance, on_contrasts, on_next, on_power, on_sizes, on_what_if, trait_level
from makegood.report.markup import Markup, element, joined, table

BALANCE = ("treated_before", "control_before", "smd_before", "treated_after", "control_after", "smd_after", "variance_ratio_after")


def design_pages(content: Mapping[str, Any], told: Told) -> dict[str, bytes | str]:
    """The design page in every language. `content`: `comparison.study.Study.content`."""
    return pages("design", lambda voice: (_answer(content, voice), list(_sections(content, voice, told))), told)


def _settled(content: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((basis for basis in content["bases"] if basis["settled"]), content["bases"][0])


def _answer(content: Mapping[str, Any], voice: Voice) -> Markup:
    basis = _settled(content)
    sizes, found = basis["sizes"], basis["verdict"]
    shown = None not in (sizes["matched"], sizes["treated"])
    total = voice.say("answer_of", n=voice.number(sizes["matched"]), total=voice.number(sizes["treated"]))
    headline = voice.say("nobody_matched" if not found["matched"] else "alike" if found["good"] else "not_alike")
    power = [sentence for each in basis.get("power", ())[:1] for sentence in list(on_power(each, voice))[:2]]
    return answer_box(voice.say("answer_design"), total if shown else voice.say("answer_not_shown"), headline, *power)


def _sections(content: Mapping[str, Any], voice: Voice, told: Told) -> Iterator[tuple[str, str, Sequence[str]]]:
    basis = _settled(content)
    yield voice.say("sec_compared"), "compared", list(_compared(basis, voice))
    yield voice.say("sec_alike"), "alike", list(_alike(basis, voice))
    yield voice.say("sec_overlap"), "overlap", list(_overlap(basis, voice))
    yield voice.say("sec_unmatched"), "unmatched", list(_unmatched(basis, voice))
    yield voice.say("sec_power"), "power", list(_power(basis, voice)) if basis["verdict"]["matched"] else []
    yield voice.say("sec_next"), "next", [listed(on_next(basis, voice, locked=told.protocol is not None))]
    for other in content["bases"]:
        if other is not basis:
            yield voice.say("sec_beside", basis=voice.basis(other["basis"])), "beside", list(_beside(other, voice))
    yield voice.say("sec_selection"), "selection", list(_selection(content["selectivity"], voice))
    pairs = [(voice.say("pairs_sha"), basis["pairs_sha256"] or "")]
    yield voice.say("sec_how"), "how", list(how(voice, told, *pairs))
    yield voice.say("sec_refused"), "refused", list(refused(content["refused"], voice, inside=told.inside))


def _compared(basis: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    yield paragraphs(on_sizes(basis, voice))
    cohorts = basis.get("cohorts", {})
    if cohorts:
        heads = [voice.say(key) for key in ("cohort_head", "treated", "matched", "unmatched")]
        rows = [[name, *(voice.number(counts[part]) for part in ("treated", "matched", "unmatched"))] for name, counts in cohorts.items()]
        yield table(voice.say("cohort_head"), heads, rows, numbers=3, hide_caption=True)


def _alike(basis: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    yield paragraphs(on_balance(basis, voice))
    rows = basis.get("balance", ())
    shown = [row for row in rows if row["smd_before"] is not None or row["smd_after"] is not None]
    if shown:
        plot = love_plot(shown, voice, palette=ON_PAGE)
        yield figure(plot, ("cut", voice.say("before")), ("now", voice.say("after")))
        yield element("p", voice.say("threshold_dashed", smd=voice.number(voice.terms["balance"]["smd"])), class_="quiet")
    hidden = [row for row in rows if row not in shown]
    if hidden:
        yield element(
            "p", voice.say("not_shown", names=voice.language.listed([voice.trait(row["name"]) for row in hidden])), class_="quiet"
        )
    partly = [row for row in rows if any(row[field] is not None for field in BALANCE)]
    if partly:
        yield folded(voice.say("balance_table"), element("p", _divided_by(basis, voice), class_="quiet"), _balance_table(partly, voice))


def _divided_by(basis: Mapping[str, Any], voice: Voice) -> str:
    return voice.say("divided_by", denominator=voice.say(f"denominator_{basis['denominator']}"))


def _balance_table(rows: Sequence[Mapping[str, Any]], voice: Voice) -> Markup:
    keys = ("trait", "smd", "variance_ratio", "ks", "treated", "pool", "matched", "matched_controls")
    cells = [
        [
            voice.trait(row["name"]),
            *(_change(row, field, voice) for field in ("smd", "variance_ratio", "ks")),
            *(
                trait_level(row["name"], row[level], voice)
                for level in ("treated_before", "control_before", "treated_after", "control_after")
            ),
        ]
        for row in rows
    ]
    return table(voice.say("balance_table"), [voice.say(key) for key in keys], cells, numbers=7, hide_caption=True)


def _change(row: Mapping[str, Any], field: str, voice: Voice) -> str:
    """A figure before and after matching; a dot where it is neither."""
    before, after = (row[f"{field}_{when}"] for when in ("before", "after"))
    return "·" if before is None and after is None else f"{voice.fixed(before)} → {voice.fixed(after)}"


def _overlap(basis: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    overlap = basis.get("overlap")
    if overlap is None:
        return
    if overlap["outside"]:
        yield element("p", voice.say("outside", n=voice.number(overlap["outside"])))
    yield element("p", voice.say("overlap_words"))
    plot = overlap_plot(overlap, voice, palette=ON_PAGE)
    yield figure(plot, ("cut", voice.say("treated")), ("before", voice.say("pool")), ("capital", voice.say("matched_controls")))


def _unmatched(basis: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    rows = sorted(basis.get("unmatched_beside_matched", ()), key=lambda row: -abs(Decimal(row["smd"] or 0)))
    if rows:
        yield element("p", voice.say("unmatched_words"))
        cells = [
            [
                voice.trait(row["name"]),
                trait_level(row["name"], row["unmatched"], voice),
                trait_level(row["name"], row["matched"], voice),
                voice.fixed(row["smd"]),
            ]
            for row in rows
        ]
        heads = [voice.say(key) for key in ("trait", "unmatched", "matched", "smd")]
        yield table(voice.say("sec_unmatched"), heads, cells, numbers=3, hide_caption=True)


def _power(basis: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    powers = basis.get("power", ())
    if not powers:
        yield paragraphs([voice.say("no_power")])
    for power in powers:
        yield element("article", *(element("p", sentence) for sentence in on_power(power, voice)))


def _beside(basis: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    yield paragraphs([*on_sizes(basis, voice), *on_balance(basis, voice)])
    yield folded(voice.say("sec_alike"), *_alike(basis, voice))
    powers = [sentence for power in basis.get("power", ()) for sentence in on_power(power, voice)]
    if powers:
        yield folded(voice.say("sec_power"), paragraphs(powers))


def _selection(content: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    for key, groups in CONTRASTS.items():
        if key in content:
            name = "beside_pool" if groups[1] == "pool" else "beside_started"
            yield element("h3", voice.say(name))
            yield element("p", voice.say(f"{name}_words"))
            yield element("p", on_contrasts(content[key], groups, voice))
            yield from _contrasts(content[key], groups, voice, caption=voice.say(name))
    if "mix" in content:
        yield element("h3", voice.say("mix"))
        yield element("p", voice.say("mix_words"))
        yield _mix(content["mix"], voice)
    if "what_if" in content:
        yield element("h3", voice.say("what_if"))
        yield element("p", voice.say("what_if_words"))
        for item in content["what_if"]:
            name = item["criteria"].replace("_", " ")
            yield element(
                "article", element("p", element("strong", name[:1].upper() + name[1:])), element("p", " ".join(on_what_if(item, voice)))
            )


def _contrasts(rows: Sequence[Mapping[str, Any]], groups: tuple[str, str], voice: Voice, *, caption: str) -> Iterator[str]:
    shown = [row for row in rows if row.get("smd") is not None]
    hidden = [row for row in rows if row not in shown]
    names = {"treated": "treated", "pool": "pool", "started": "started_group", "not_started": "not_started_group"}
    heads = [
        voice.say("trait"),
        *(voice.say(names[group]) for group in groups),
        voice.say("smd"),
        voice.say("interval", confidence="95%"),
        voice.say("p_adjusted"),
    ]
    cells = [
        [
            voice.trait(row["name"]),
            *(trait_level(row["name"], row[group], voice) for group in groups),
            voice.fixed(row["smd"]),
            f"{voice.fixed(row['ci_low'])} … {voice.fixed(row['ci_high'])}",
            voice.p(row["p_adjusted"]),
        ]
        for row in shown
    ]
    if cells:
        yield folded(caption, table(caption, heads, cells, numbers=5, hide_caption=True))
    if hidden:
        yield element(
            "p", voice.say("not_shown", names=voice.language.listed([voice.trait(row["name"]) for row in hidden])), class_="quiet"
        )


def _mix(content: Mapping[str, Any], voice: Voice) -> Markup:
    groups = [group for group in ("treated", "started", "pool") if group in next(iter(content.values()))]
    names = {"treated": "treated", "started": "started_group", "pool": "pool"}
    heads = [voice.say("class"), *(voice.say(names[group]) for group in groups), voice.say("expected_share")]
    rows = []
    for name, counts in content.items():
        if name in ("none", "unknown") and all(counts[group] == "0" for group in groups):
            continue
        called = voice.say(f"class_{name}") if name in ("none", "unknown") else name.replace("_", " ")
        rows.append([called, *(voice.number(counts[group]) for group in groups), voice.share(counts["expected_share"])])
    return joined(table(voice.say("mix"), heads, rows, numbers=len(groups) + 1, hide_caption=True))
