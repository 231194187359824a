"""The design stage as it may leave: sizes, balance, verdict, overlap, power, selectivity. Facts; words are made of them later."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from makegood.comparison.balance import Balance, BalanceRow, Overlap, beyond_ratio
from makegood.comparison.design_stage import Design
from makegood.comparison.effect_release import text
from makegood.comparison.matched import CaliperCheck
from makegood.comparison.power import Power
from makegood.comparison.protocol import Protocol
from makegood.comparison.selectivity import Contrast, SelectivityReport, WhatIf
from makegood.comparison.tables import Tables, treated_group

DECIMALS = 4


def design_content(design: Design, *, tables: Tables, protocol: Protocol) -> dict[str, Any]:
    """One basis of the design: what may leave of it."""
    basis = design.basis
    group = _groups(basis)
    in_full = tables.inside or protocol.small_cells.minimum == 1
    content: dict[str, Any] = {
        "basis": basis,
        "settled": basis == protocol.participants,
        "sizes": {part: tables.count(name) for part, name in group.items() if part != "unused"} | {"pool": tables.count("pool")},
        "pairs_sha256": design.fingerprint or None,
        "remarks": [{"code": problem.code, "at": problem.where.path, "severity": problem.severity} for problem in design.problems],
        "caliper": None if design.matched.caliper is None else _caliper(design.matched.caliper, in_full=in_full),
    }
    if protocol.columns.cohort is not None:
        names = sorted({name[2] for name in tables.counts if name[2].startswith("cohort[")})
        content["cohorts"] = {
            name[len("cohort[") : -1]: {part: tables.count(group[part], name) for part in ("treated", "matched", "unmatched")}
            for name in names
        }
    shown = published_balance(design, tables=tables, protocol=protocol)
    if shown is None or design.judged is None:
        return {**content, "verdict": {"matched": False, "good": False}}
    enough = tables.count(group["matched"]) is not None
    return content | {
        "effective_controls": text(design.matched.effective_size(), decimals=0) if tables.count(group["controls"]) else None,
        "verdict": _verdict(design, shown, protocol=protocol),
        "denominator": shown.denominator,
        "balance": [_balance_row(row, shown_as=_visible(row, group, tables=tables)) for row in shown.rows],
        "unmatched_beside_matched": [_unmatched_row(row) for row in shown.unmatched],
        "overlap": None if shown.overlap is None else _overlap(shown.overlap),
        "power": [_power(power) for power in design.power] if enough else [],
    }


def _verdict(design: Design, shown: Balance, *, protocol: Protocol) -> dict[str, Any]:
    """Whether every threshold holds, and which traits do not; traits whose figures may not leave are counted only."""
    assert design.judged is not None  # noqa: S101 (asked by the caller)
    rule, variables = protocol.balance, {name for name, variable in protocol.variables.items() if variable.matching}
    rows = [row for row in shown.rows if row.kind != "score" and row.name.partition("[")[0] in variables]
    visible = [row for row in rows if math.isfinite(row.smd_after)]
    beyond = set(design.judged.beyond)
    worst = max(visible, key=lambda row: abs(row.smd_after), default=None)
    ratio = float(rule.variance_ratio)
    unmatched = design.matched.unmatched_treated.size / int(np.count_nonzero(design.matched.treated))
    return {
        "matched": True,
        "good": design.judged.good,
        "traits": str(len(rows)),
        "traits_shown": str(len(visible)),
        "apart": [_apart(row) for row in _by_size(visible) if not abs(row.smd_after) <= float(rule.smd)],
        "spread_differs": [row.name for row in visible if row.kind == "number" and beyond_ratio(row.variance_ratio_after, ratio)],
        "spread_unknown": [row.name for row in visible if row.kind == "number" and math.isnan(row.variance_ratio_after)],
        "shape_differs": [row.name for row in visible if rule.ks is not None and not row.ks_after <= float(rule.ks)],
        "beyond_not_shown": any(row.name in beyond for row in rows if not math.isfinite(row.smd_after)),
        "too_many_unmatched": rule.unmatched is not None and unmatched > float(rule.unmatched),
        "worst": None if worst is None else _apart(worst),
    }


def _apart(row: BalanceRow) -> dict[str, str | None]:
    return {"name": row.name, "smd": text(row.smd_after, decimals=DECIMALS)}


def _by_size(rows: Sequence[BalanceRow]) -> list[BalanceRow]:
    return sorted(rows, key=lambda row: -abs(row.smd_after))


def _overlap(overlap: Overlap) -> dict[str, Any]:
    """The share of each group between neighbouring edges of the score."""

    def shares(counts: np.ndarray[Any, np.dtype[Any]]) -> list[str | None]:
        return [text(float(count) / max(float(counts.sum()), 1), decimals=DECIMALS) for count in counts]

    return {
        "edges": [text(float(edge), decimals=DECIMALS) for edge in overlap.edges],
        "treated": shares(overlap.treated),
        "pool": shares(overlap.pool),
        "matched_controls": shares(overlap.matched_controls),
        "outside": str(overlap.outside) if overlap.outside else None,
    }


def _caliper(check: CaliperCheck, *, in_full: bool) -> dict[str, Any]:
    """The check of the caliper; the distance of the widest pair, which is that of two persons, only `in_full`."""
    used = math.ceil(100 * check.widest / check.width) / 100 if check.width else 0.0
    return {
        "asked": text(check.asked, decimals=12),
        "unit": check.unit,
        "width": text(check.width, decimals=6),
        "widest_of_width": text(used, decimals=2),
        "pairs_outside": str(check.outside),
        "holds": check.holds,
    } | ({"widest": text(check.widest, decimals=6)} if in_full else {})


def _groups(basis: str) -> dict[str, str]:
    """What the groups of a basis are called among the tables."""
    return {"treated": treated_group(basis)} | {part: f"{part} ({basis})" for part in ("matched", "unmatched", "controls", "unused")}


def _visible(row: BalanceRow, group: Mapping[str, str], *, tables: Tables) -> dict[str, bool]:
    if row.kind == "score":
        # Scores before and after matching would give away those of a few who are in the one and not in the other.
        whole, pool = tables.count(group["unmatched"]) is not None, tables.inside or group["unused"] not in tables.groups
        return {"treated": whole, "pool": pool, "matched": True, "controls": True}
    number = row.kind == "number"
    groups = {"treated": group["treated"], "pool": "pool", "matched": group["matched"], "controls": group["controls"]}
    return {part: tables.may_show(name, row.name, number=number) for part, name in groups.items()}


def _balance_row(row: BalanceRow, *, shown_as: Mapping[str, bool]) -> dict[str, Any]:
    before, after = shown_as["treated"] and shown_as["pool"], shown_as["matched"] and shown_as["controls"]
    levels = (("treated_before", "treated"), ("control_before", "pool"), ("treated_after", "matched"), ("control_after", "controls"))
    shown: dict[str, Any] = {"name": row.name, "kind": row.kind}
    shown |= {field: text(getattr(row, field), decimals=DECIMALS) if shown_as[part] else None for field, part in levels}
    for when, visible in (("before", before), ("after", after)):
        for field in (f"smd_{when}", f"variance_ratio_{when}", f"ks_{when}"):
            shown[field] = text(getattr(row, field), decimals=DECIMALS) if visible else None
    return shown


def _unmatched_row(row: BalanceRow) -> dict[str, Any]:
    parts = (("unmatched", row.treated_before), ("matched", row.control_before), ("smd", row.smd_before))
    return {"name": row.name, "kind": row.kind} | {part: text(value, decimals=DECIMALS) for part, value in parts}


def published_balance(design: Design, *, tables: Tables, protocol: Protocol) -> Balance | None:
    """The balance with only those rows and counts that may leave: for sentences and pictures. Rows of which only one
    side may leave stay, with nan in place of what may not."""
    found, basis = design.reported, design.basis
    if found is None:
        return None
    group = _groups(basis)
    rows = []
    for row in found.rows:
        visible = _visible(row, group, tables=tables)
        gone: dict[str, Any] = {}
        if not (visible["treated"] and visible["pool"]):
            gone |= {"smd_before": math.nan, "variance_ratio_before": math.nan, "ks_before": math.nan}
        if not (visible["matched"] and visible["controls"]):
            gone |= {"smd_after": math.nan, "variance_ratio_after": math.nan, "ks_after": math.nan}
        rows.append(replace(row, **gone))
    unmatched = tuple(
        row
        for row in found.unmatched
        if all(tables.may_show(group[part], row.name, number=row.kind == "number") for part in ("matched", "unmatched"))
    )
    counted = tables.count(group["unmatched"]) is not None and tables.count(group["treated"]) is not None
    sizes = replace(found.sizes, unmatched_treated=found.sizes.unmatched_treated if counted else 0)
    fewest = 1 if tables.inside else protocol.small_cells.minimum
    overlap = None if found.overlap is None else coarse(found.overlap, minimum=fewest)
    return replace(found, rows=tuple(rows), unmatched=unmatched, sizes=sizes, overlap=overlap)


def coarse(overlap: Overlap, *, minimum: int) -> Overlap:
    """The picture of the scores with neighbouring bins joined until none shows fewer than `minimum` persons of a group.

    Joined bins share their persons evenly. `outside` and the ranges, which are those of single persons, go.
    """
    groups = np.vstack([overlap.treated, overlap.pool, overlap.matched_controls]).astype(np.float64)
    blocks: list[list[int]] = []
    for bin_ in range(groups.shape[1]):
        if blocks and not _enough(groups[:, blocks[-1]].sum(axis=1), minimum):
            blocks[-1].append(bin_)
        else:
            blocks.append([bin_])
    while len(blocks) > 1 and not _enough(groups[:, blocks[-1]].sum(axis=1), minimum):
        last = blocks.pop()
        blocks[-1] += last
    for block in blocks:
        groups[:, block] = groups[:, block].mean(axis=1, keepdims=True)
    nothing = (math.nan, math.nan)
    return replace(
        overlap, treated=groups[0], pool=groups[1], matched_controls=groups[2], treated_range=nothing, pool_range=nothing,
        outside=overlap.outside if overlap.outside >= minimum else 0,
    )  # fmt: skip


def _enough(counts: np.ndarray[Any, np.dtype[np.float64]], minimum: int) -> bool:
    return bool(np.all((counts == 0) | (counts >= minimum)))


def _power(power: Power) -> dict[str, Any]:
    return {
        "metric": power.metric,
        "expected_se": text(power.se, decimals=DECIMALS),
        "detectable_effect": text(power.detectable, decimals=DECIMALS),
        "power_at_expected_effect": text(power.at_effect, decimals=DECIMALS),
        "needed_for_expected_effect": None if power.needed is None else str(power.needed),
    }


def selectivity_content(report: SelectivityReport, *, tables: Tables, protocol: Protocol) -> dict[str, Any]:
    """The report on selection as it may leave."""
    content: dict[str, Any] = {"participants_beside_pool": _contrasts(report.against_pool, "treated", "pool", tables=tables)}
    if report.started:
        content["started_beside_not_started"] = _contrasts(report.started, "started", "not started", tables=tables)
    rules = protocol.selectivity
    groups = [name for name in ("treated", "started", "pool") if name in tables.groups]
    if rules and rules.mix:
        expected = {name: text(float(share), decimals=DECIMALS) for name, share in rules.expected_mix.items()}
        content["mix"] = {
            name: {**{group: tables.count(group, f"mix[{name}]") for group in groups}, "expected_share": expected.get(name)}
            for name in (*rules.mix, "none", "unknown")
        }
    if report.what_if:
        content["what_if"] = [_what_if(item, tables=tables) for item in report.what_if]
    return content


def _contrasts(found: Sequence[Contrast], first: str, second: str, *, tables: Tables) -> list[dict[str, Any]]:
    shown = []
    for item in found:
        label = f"{item.trait}[{item.level}]" if item.level else item.trait
        both = all(tables.may_show(group, label, number=not item.level) for group in (first, second))
        row: dict[str, Any] = {"name": label}
        if both:
            row |= {
                first.replace(" ", "_"): text(item.first, decimals=DECIMALS),
                second.replace(" ", "_"): text(item.second, decimals=DECIMALS),
                "smd": text(item.smd, decimals=DECIMALS),
                "ci_low": text(item.low, decimals=DECIMALS),
                "ci_high": text(item.high, decimals=DECIMALS),
                "p_adjusted": text(item.p_adjusted, decimals=DECIMALS),
            }
        shown.append(row)
    return shown


def _what_if(item: WhatIf, *, tables: Tables) -> dict[str, Any]:
    counts = {
        group: {part: tables.count(group, f"criteria {item.name}[{part}]") for part in ("in", "out", "unknown")}
        for group in ("treated", "pool")
    }
    matched = tables.count("treated", f"criteria {item.name}[matched]")
    content: dict[str, Any] = {"criteria": item.name, **counts, "matched": matched}
    if matched in (None, "0"):
        return content
    trait, smd = item.worst or ("", None)
    return content | {
        "good": item.good,
        "worst": {"name": trait, "smd": text(smd, decimals=2)},
        "power": [_power(power) for power in item.power],
    }
