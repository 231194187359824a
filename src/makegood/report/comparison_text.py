"""Design and effect as plain text (Markdown): what a terminal shows and a diff compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from makegood.report.comparison_voice import Voice
from makegood.report.design_words import on_balance, on_contrasts, on_next, on_power, on_sizes, on_what_if
from makegood.report.effect_words import PARTS
from makegood.report.refused_figures import gathered

FIELDS = (
    *("treated_before", "control_before", "smd_before", "treated_after", "control_after", "smd_after"),
    *("variance_ratio_before", "variance_ratio_after", "ks_before", "ks_after"),
)
CONTRASTS = {
    "participants_beside_pool": ("treated", "pool"),
    "started_beside_not_started": ("started", "not_started"),
}
"""Tables on selection, and the two groups of each."""


def design_text(content: Mapping[str, Any], voice: Voice, *, told: Sequence[str], locked: bool) -> str:
    """The design stage: sizes, verdict, balance, who is left out, power, selection, what may not leave."""
    return "\n".join(_design(content, voice, told, locked)) + "\n"


def design_summary(content: Mapping[str, Any], voice: Voice, *, locked: bool) -> list[str]:
    """The basis that is settled in a few sentences."""
    basis = next((each for each in content["bases"] if each["settled"]), content["bases"][0])
    lines = [*on_sizes(basis, voice)]
    if basis["verdict"]["matched"]:
        lines += [_verdict(basis, voice), *on_balance(basis, voice)]
    lines += [sentence for power in basis.get("power", ()) for sentence in on_power(power, voice)]
    return [*lines, *on_next(basis, voice, locked=locked)]


def effect_summary(findings: Sequence[Mapping[str, Any]], voice: Voice) -> list[str]:
    """What was found of everybody on the basis that is settled, and what it means for the payment."""
    lines: list[str] = []
    for finding in findings:
        if finding["settled"] and finding["cohort"] == "all":
            words = finding["words"][voice.language.code]
            lines += [*words["found"], *(f"  {sentence}" for sentence in words["payment"])]
            if finding["state"] == "stated" and finding["reading"] in ("inconclusive", "unknown"):
                lines += [f"  → {sentence}" for sentence in words["next"]]
    return lines


def _design(content: Mapping[str, Any], voice: Voice, told: Sequence[str], locked: bool) -> Iterator[str]:
    yield f"# {voice.say('design_kind')}: {voice.name()}"
    yield from ("", *told, voice.say("not_amended_outcomes"), "")
    for basis in content["bases"]:
        yield f"## {voice.say('sec_compared')}: {voice.basis(basis['basis'])}"
        yield ""
        yield from (f"- {sentence}" for sentence in on_sizes(basis, voice))
        yield from ("", f"{voice.say('sec_alike')} {_verdict(basis, voice)}", "")
        yield from (f"- {sentence}" for sentence in on_balance(basis, voice))
        yield ""
        yield from _balance(basis, voice)
        yield from (f"- {sentence}" for power in basis.get("power", ()) for sentence in on_power(power, voice))
        if basis["settled"]:
            yield from (f"- {sentence}" for sentence in on_next(basis, voice, locked=locked))
        yield ""
    yield from _selection(content["selectivity"], voice)
    yield from _refused(content["refused"], voice)


def _verdict(basis: Mapping[str, Any], voice: Voice) -> str:
    found = basis["verdict"]
    return voice.say("nobody_matched" if not found["matched"] else "alike" if found["good"] else "not_alike")


def _balance(basis: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    rows = basis.get("balance", ())
    shown = [row for row in rows if any(row[field] is not None for field in FIELDS)]
    if shown:
        heads = (voice.say("trait"), *(field.replace("_", " ") for field in FIELDS))
        yield from _table(heads, [(voice.trait(row["name"]), *(row[field] for field in FIELDS)) for row in shown])
    beside = basis.get("unmatched_beside_matched", ())
    if beside:
        yield from (voice.say("unmatched_words"), "")
        heads = (voice.say("trait"), voice.say("unmatched"), voice.say("matched"), voice.say("smd"))
        yield from _table(heads, [(voice.trait(row["name"]), row["unmatched"], row["matched"], row["smd"]) for row in beside])


def _selection(content: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    yield from (f"## {voice.say('sec_selection')}", "")
    for key, groups in CONTRASTS.items():
        rows = [row for row in content.get(key, ()) if row.get("smd") is not None]
        if key in content:
            yield from (voice.say("beside_pool" if groups[1] == "pool" else "beside_started"), "", on_contrasts(rows, groups, voice), "")
            fields = (*groups, "smd", "ci_low", "ci_high", "p_adjusted")
            heads = (voice.say("trait"), *(field.replace("_", " ") for field in fields))
            yield from _table(heads, [(voice.trait(row["name"]), *(row.get(field) for field in fields)) for row in rows])
    if "mix" in content:
        fields = tuple(next(iter(content["mix"].values())))
        heads = (voice.say("class"), *(field.replace("_", " ") for field in fields))
        yield from (voice.say("mix"), "")
        yield from _table(heads, [(name, *(row[field] for field in fields)) for name, row in content["mix"].items()])
    if "what_if" in content:
        yield from (voice.say("what_if"), "")
        for item in content["what_if"]:
            yield f"- {item['criteria'].replace('_', ' ')}: {' '.join(on_what_if(item, voice))}"
        yield ""


def effect_text(findings: Sequence[Mapping[str, Any]], voice: Voice, *, told: Sequence[str], refused: Sequence[str]) -> str:
    """The effect stage: each finding in words, for the payment too."""
    return "\n".join(_effect(findings, voice, told, refused)) + "\n"


def _effect(findings: Sequence[Mapping[str, Any]], voice: Voice, told: Sequence[str], refused: Sequence[str]) -> Iterator[str]:
    yield f"# {voice.say('effect_kind')}: {voice.name()}"
    yield from ("", *told, "")
    for finding in findings:
        if finding["state"] == "refused" and not finding["settled"]:
            continue
        yield f"## {voice.subject(finding)}, {voice.basis(finding['basis'])}"
        yield ""
        words = finding["words"][voice.language.code]
        for part in PARTS:
            if words[part]:
                yield from (f"{voice.say(f'part_{part}')}: {' '.join(words[part])}", "")
    yield from _refused(refused, voice)


def _refused(refused: Sequence[str], voice: Voice) -> Iterator[str]:
    if refused:
        yield from (f"## {voice.say('sec_refused')}", "", voice.say("refused_words"), "")
        yield from (f"- {shared}: {', '.join(last)}" for shared, last in gathered(refused))
        yield ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    if rows:
        yield "| " + " | ".join(heads) + " |"
        yield "|" + "---|" * len(heads)
        yield from ("| " + " | ".join("·" if cell is None else str(cell) for cell in row) + " |" for row in rows)
        yield ""
