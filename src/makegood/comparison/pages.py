"""What a reader gets: the design and the effect as plain text (Markdown), from what may leave only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from makegood.comparison.protocol import Protocol

NOT_SHOWN = "·"


def design_page(content: Mapping[str, Any], *, protocol: Protocol, locked: str) -> str:
    """The design stage for people: sizes, verdict, balance, power, selection."""
    lines = [f"# Design: {protocol.title or protocol.protocol}", "", locked, ""]
    lines += [f"Population: {protocol.population}", f"Treatment: {protocol.treatment}", f"Index date: {protocol.index_date}"]
    lines += [f"Index date of the comparison: {protocol.comparison_index_date}", f"Estimand: {protocol.estimand.upper()}", ""]
    for basis in content["bases"]:
        lines += _basis(basis)
    lines += _selectivity(content["selectivity"])
    if content["refused"]:
        lines += ["## Refused", "", "These figures may not leave under the small-cell rule; some protect others.", ""]
        lines += [f"- {name}" for name in content["refused"]] + [""]
    return "\n".join(lines)


def _basis(basis: Mapping[str, Any]) -> list[str]:
    sizes = basis["sizes"]
    mark = " (this one is settled)" if basis["settled"] else ""
    lines = [f"## {basis['basis'].replace('_', ' ').capitalize()}{mark}", ""]
    lines += [f"- {part}: {_cell(count)}" for part, count in sizes.items()]
    if basis.get("effective_controls"):
        lines.append(f"- controls, effective: {basis['effective_controls']}")
    caliper = basis["caliper"]
    if caliper:
        held = "holds for every pair" if caliper["holds"] else f"is broken by {caliper['pairs_outside']} pairs: the set may not be used"
        lines.append(f"- caliper {caliper['asked']} {caliper['unit']} = {caliper['width']}, widest pair {caliper['widest']}: it {held}")
    lines += ["", "Balance is " + ("within" if basis["verdict"]["good"] else "NOT within") + " the protocol's thresholds.", ""]
    lines += [f"- {sentence}" for sentence in basis["verdict"]["sentences"]] + [""]
    if "balance" in basis:
        fields = ("treated_before", "control_before", "smd_before", "treated_after", "control_after", "smd_after", "variance_ratio_after")
        lines += _table(
            ("trait", *(field.replace("_", " ") for field in fields)),
            [(row["name"], *(row[f] for f in fields)) for row in basis["balance"]],
        )
    if basis.get("unmatched_beside_matched"):
        lines += ["Who could not be matched, beside those who were:", ""]
        lines += _table(
            ("trait", "unmatched", "matched", "smd"),
            [(row["name"], row["unmatched"], row["matched"], row["smd"]) for row in basis["unmatched_beside_matched"]],
        )
    for power in basis.get("power", []):
        line = f"- {power['metric']}: effects of {power['detectable_effect']} or more can be found"
        if power["power_at_expected_effect"]:
            line += f"; the effect expected would be found with a chance of {power['power_at_expected_effect']}"
        if power["needed_for_expected_effect"]:
            line += f", and needs {power['needed_for_expected_effect']} matched participants for the power asked"
        lines.append(line + ".")
    return [*lines, ""]


def _selectivity(content: Mapping[str, Any]) -> list[str]:
    lines = ["## Who takes part, out of whom", ""]
    for key, title in (
        ("participants_beside_pool", "Participants beside the pool"),
        ("started_beside_not_started", "Started beside not started"),
    ):
        if key in content:
            names = (
                [name for name in content[key][0] if name not in ("name", "smd", "ci_low", "ci_high", "p_adjusted")] if content[key] else []
            )
            fields = (*names, "smd", "ci_low", "ci_high", "p_adjusted")
            lines += [f"{title} (standardised difference with 95% interval):", ""]
            rows = [(row["name"], *(row.get(field) for field in fields)) for row in content[key]]
            lines += _table(("trait", *(field.replace("_", " ") for field in fields)), rows)
    if "mix" in content:
        lines += ["Mix of cases:", ""]
        fields = tuple(next(iter(content["mix"].values())))
        lines += _table(
            ("class", *(f.replace("_", " ") for f in fields)), [(name, *(row[f] for f in fields)) for name, row in content["mix"].items()]
        )
    for item in content.get("what_if", []):
        treated, pool = item["treated"], item["pool"]
        counts = ", ".join(f"{part} {_cell(treated[part])}" for part in ("in", "out", "unknown"))
        found = ", ".join(f"{metric} {value}" for metric, value in item["detectable_effect"].items()) or NOT_SHOWN
        lines.append(
            f"- criteria '{item['criteria']}': treated {counts}; "
            f"pool in {_cell(pool['in'])}; worst difference after matching {_cell(item['worst_smd'])}; detectable {found}."
        )
    return [*lines, ""]


def effect_page(
    findings: Sequence[Mapping[str, Any]],
    *,
    protocol: Protocol,
    refused: Sequence[str],
    amendments: Sequence[Mapping[str, Any]],
    locked: str,
) -> str:
    """The effect stage for people: each finding in words, for the payment too."""
    lines = [f"# Effect: {protocol.title or protocol.protocol}", "", locked, ""]
    for number, amendment in enumerate(amendments, start=1):
        lines.append(f"Amendment {number} ({amendment['on'] or 'undated'}): {amendment['reason']} Expected: {amendment['expected_effect']}")
    if amendments:
        lines.append("")
    for finding in findings:
        mark = "" if finding["settled"] else " (beside)"
        lines += [f"## {finding['metric']}, {finding['cohort']}, {finding['basis'].replace('_', ' ')}{mark}", ""]
        for title, key in (("", "found"), ("For the payment: ", "payment"), ("Limits: ", "limits"), ("Next: ", "next")):
            lines += [f"{title}{' '.join(finding['words'][key])}", ""] if finding["words"][key] else []
    if refused:
        lines += ["## Refused", "", "These figures may not leave under the small-cell rule; some protect others.", ""]
        lines += [f"- {name}" for name in refused] + [""]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return NOT_SHOWN if value is None else str(value)


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return [*lines, *("| " + " | ".join(_cell(value) for value in row) + " |" for row in rows), ""]
