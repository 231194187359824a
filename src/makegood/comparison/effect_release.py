"""Findings under disclosure control: the rows of the results file, the findings in full, and what is refused.

Facts only; sentences and pages are made from them in the room `report`, in two languages.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from makegood.comparison.cell_bounds import Figure, Name, Relation
from makegood.comparison.design_stage import Design
from makegood.comparison.disclosure import Release, count_figure, release, rounded_count, total_figure
from makegood.comparison.effect import POOLED, Finding
from makegood.comparison.matched import Floats
from makegood.comparison.power import Power
from makegood.comparison.protocol import Protocol
from makegood.comparison.protocol_terms import Outcome
from makegood.comparison.uncertainty import Bootstrap
from makegood.programme.term import InTwoLanguages
from makegood.values.fingerprint import decimal_text

COUNTS = ("n", "comparison_n", "unmatched_n", "unknown_n")
PRIORITY = {"n": 6, "comparison_n": 5, "value": 4, "comparison_value": 4, "unmatched_n": 1, "unknown_n": 0}
SIGNIFICANT = 6


@dataclass(frozen=True, kw_only=True)
class Released:
    """What may leave. `rows`: of the results file, for the basis that is settled; `findings`: all, in full;
    `refused`: figures that may not leave, by name."""

    rows: list[dict[str, str]]
    findings: list[dict[str, Any]]
    refused: list[str]


def released(findings: Sequence[Finding], *, protocol: Protocol, designs: Mapping[str, Design], inside: bool = False) -> Released:
    """The findings as far as they may leave the closed environment; all of them where the reader stays `inside`."""
    allowed = everything(findings) if inside else _allowed(findings, protocol=protocol, designs=designs)
    rows, told = [], []
    for finding in findings:
        shown = {
            "metric": finding.metric,
            "cohort": finding.cohort,
            "basis": finding.basis,
            "settled": finding.basis == protocol.participants,
        }
        levels = all((*_name(finding), part) in allowed.published for part in ("n", "comparison_n", "value", "comparison_value"))
        if finding.value is not None and not levels:
            told.append({**shown, "state": "refused"})
            continue
        power = next((power for power in designs[finding.basis].power if power.metric == finding.metric), None)
        whole = finding.cohort == POOLED
        told.append({**shown, **_full(finding, protocol=protocol, allowed=allowed, power=power if whole else None)})
        if finding.value is not None and finding.basis == protocol.participants:
            rows.append(_row(finding, protocol=protocol, allowed=allowed))
    return Released(rows=rows, findings=told, refused=sorted({" / ".join(name) for name in allowed.refused}))


def everything(findings: Sequence[Finding]) -> Release:
    """Nothing held back: for the eyes of those inside only."""
    parts = (*COUNTS, "value", "comparison_value")
    return Release(published=frozenset((*_name(finding), part) for finding in findings for part in parts), refused=(), widths={})


def _allowed(findings: Sequence[Finding], *, protocol: Protocol, designs: Mapping[str, Design]) -> Release:
    figures: list[Figure] = []
    relations: list[Relation] = []
    for finding in findings:
        figures += _figures(finding, protocol=protocol)
        if protocol.outcomes[finding.metric].value == "share":
            for arm, count in (("value", "n"), ("comparison_value", "comparison_n")):
                total, other = (*_name(finding), arm), (*_name(finding), f"{arm} not")
                relations.append(((1.0, (*_name(finding), count)), (-1.0, total), (-1.0, other)))
    relations += _over_cohorts(findings, reused=any(design.matched.plan.replacement for design in designs.values()))
    more, nested = _between_bases(findings, protocol=protocol, designs=designs)
    return release([*figures, *more], relations=[*relations, *nested])


def _name(finding: Finding) -> Name:
    return (finding.metric, finding.cohort, finding.basis)


def _figures(finding: Finding, *, protocol: Protocol) -> list[Figure]:
    rule, bonus = protocol.small_cells, 10 if finding.basis == protocol.participants else 0
    bonus += 5 if finding.cohort == POOLED else 0
    figures = [
        count_figure((*_name(finding), part), int(getattr(finding, part)), rule=rule, priority=PRIORITY[part] + bonus) for part in COUNTS
    ]
    outcome = protocol.outcomes[finding.metric]
    for part, values, size in (("value", finding.ours, finding.n), ("comparison_value", finding.theirs, finding.comparison_n)):
        name = (*_name(finding), part)
        if values is None:
            continue
        hidden = finding.value is None
        if outcome.value == "share":
            figures += _share_figures(name, values, size=size, protocol=protocol, hidden=hidden, priority=PRIORITY[part] + bonus)
        else:
            low = None if outcome.lowest is None else float(outcome.lowest)
            high = None if outcome.highest is None else float(outcome.highest)
            made = total_figure(name, values, rule=rule, low=low, high=high, priority=PRIORITY[part] + bonus)
            figures.append(_hide(made) if hidden else made)
    return figures


def _share_figures(name: Name, values: Floats, *, size: int, protocol: Protocol, hidden: bool, priority: int) -> list[Figure]:
    """Persons with the outcome, and those without, whom the share gives away together with the number of persons."""
    yes = int(np.count_nonzero(values))
    arguments: dict[str, Any] = {"rule": protocol.small_cells, "group": True, "priority": priority, "high": float(size)}
    return [
        count_figure(name, yes, hidden=hidden, **arguments),
        count_figure((*name[:-1], f"{name[-1]} not"), size - yes, hidden=True, **arguments),
    ]


def _hide(figure: Figure) -> Figure:
    return Figure(**{**{key: getattr(figure, key) for key in Figure.__dataclass_fields__}, "hidden": True})


def _over_cohorts(findings: Sequence[Finding], *, reused: bool) -> list[Relation]:
    """All cohorts together are the sum of the cohorts; with replacement a control may serve several of them."""
    relations: list[Relation] = []
    parts = ["n", "unmatched_n", "unknown_n", "value", "value not"]
    if not reused:
        parts += ["comparison_n", "comparison_value", "comparison_value not"]
    for whole in findings:
        cohorts = [
            finding for finding in findings if finding.cohort != POOLED and (finding.metric, finding.basis) == (whole.metric, whole.basis)
        ]
        if whole.cohort == POOLED and cohorts:
            relations += [((1.0, (*_name(whole), part)), *((-1.0, (*_name(cohort), part)) for cohort in cohorts)) for part in parts]
    return relations


def _between_bases(
    findings: Sequence[Finding], *, protocol: Protocol, designs: Mapping[str, Design]
) -> tuple[list[Figure], list[Relation]]:
    """Those in one basis and not in the other: never published, but the difference of two published figures."""
    if len(designs) < 2:
        return [], []
    (one, first), (two, second) = designs.items()
    figures: list[Figure] = []
    relations: list[Relation] = []
    by_name = {_name(finding): finding for finding in findings}
    for finding in findings:
        other = by_name.get((finding.metric, finding.cohort, two))
        if finding.basis != one or other is None or finding.units is None or other.units is None:
            continue
        here, there = first.rows[finding.units], second.rows[other.units]
        outcome = protocol.outcomes[finding.metric]
        for mark, mine, theirs, values in (("only", here, there, finding.ours), ("other", there, here, other.ours)):
            assert values is not None  # noqa: S101 (units and contributions come together)
            alone = values[~np.isin(mine, theirs)]
            name = (finding.metric, finding.cohort, f"{mark} in {one if mark == 'only' else two}")
            figures.append(count_figure((*name, "n"), alone.size, rule=protocol.small_cells, hidden=True))
            figures.append(_alone(name, alone, outcome=outcome, protocol=protocol))
        for part in ("n", "value"):
            relations.append(
                (
                    (1.0, (*_name(finding), part)),
                    (-1.0, (*_name(other), part)),
                    (-1.0, (finding.metric, finding.cohort, f"only in {one}", part)),
                    (1.0, (finding.metric, finding.cohort, f"other in {two}", part)),
                )
            )
    return figures, relations


def _alone(name: Name, values: Floats, *, outcome: Outcome, protocol: Protocol) -> Figure:
    if outcome.value == "share":
        return count_figure(
            (*name, "value"), int(np.count_nonzero(values)), rule=protocol.small_cells, hidden=True, high=float(values.size)
        )
    low = None if outcome.lowest is None else float(outcome.lowest)
    high = None if outcome.highest is None else float(outcome.highest)
    return _hide(total_figure((*name, "value"), values, rule=protocol.small_cells, low=low, high=high))


def text(value: float | None, *, decimals: int) -> str | None:
    """A number as decimal text, rounded half to even; None for an absent or infinite one."""
    if value is None or not math.isfinite(value):
        return None
    return decimal_text(Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN))


def _counts(finding: Finding, *, protocol: Protocol, allowed: Release) -> dict[str, str]:
    return {
        part: str(rounded_count(int(getattr(finding, part)), rule=protocol.small_cells))
        for part in COUNTS
        if (*_name(finding), part) in allowed.published
    }


def _row(finding: Finding, *, protocol: Protocol, allowed: Release) -> dict[str, str]:
    d = protocol.small_cells.decimals
    row: dict[str, str | None] = {
        "result": f"{protocol.protocol}:{finding.metric}:{finding.cohort}",
        "metric": finding.metric,
        "cohort": finding.cohort,
        "value": text(finding.value, decimals=d),
        "unit": protocol.outcomes[finding.metric].unit,
        "arm_basis": finding.basis,
        "comparison_kind": "matched_group",
        "comparison_value": text(finding.comparison, decimals=d),
        "estimator": finding.estimator,
        "se": text(finding.se, decimals=d),
        "ci_low": text(finding.low, decimals=d),
        "ci_high": text(finding.high, decimals=d),
        "p": text(finding.p_adjusted, decimals=SIGNIFICANT),
        **_counts(finding, protocol=protocol, allowed=allowed),
        "observed_until": None if protocol.observed_until is None else protocol.observed_until.isoformat(),
        "status": "final",
    }
    return {column: value for column, value in row.items() if value is not None}


def _full(finding: Finding, *, protocol: Protocol, allowed: Release, power: Power | None) -> dict[str, Any]:
    d = protocol.small_cells.decimals
    counts = _counts(finding, protocol=protocol, allowed=allowed)
    if finding.value is None:
        return {"state": "withheld", "why": finding.withheld, **counts}
    full: dict[str, Any] = {
        "state": "stated",
        "reading": finding.reading,
        "estimator": finding.estimator,
        "fallback": finding.fallback,
        "notes": list(finding.notes),
        **counts,
        "value": text(finding.value, decimals=d),
        "comparison_value": text(finding.comparison, decimals=d),
        "effect": text(finding.effect, decimals=d),
        "se": text(finding.se, decimals=d),
        "ci_low": text(finding.low, decimals=d),
        "ci_high": text(finding.high, decimals=d),
        "p": text(finding.p, decimals=SIGNIFICANT),
        "p_adjusted": text(finding.p_adjusted, decimals=SIGNIFICANT),
        "rosenbaum_gamma": text(finding.gamma, decimals=3),
        "e_value": None if finding.e is None else text(finding.e.point, decimals=3),
        "e_value_of_limit": None if finding.e is None else text(finding.e.limit, decimals=3),
    }
    if power is not None:
        full["power"] = {"detectable": text(power.detectable, decimals=4), "needed": None if power.needed is None else str(power.needed)}
    if finding.exact is not None:
        full["exact_test"] = {
            "p": text(finding.exact.p, decimals=SIGNIFICANT),
            "assignments": str(finding.exact.assignments),
            "enumerated": finding.exact.enumerated,
        }
    if isinstance(finding.resampled, Bootstrap):
        full["bootstrap"] = {
            "draws": str(finding.resampled.draws),
            "se": text(finding.resampled.se, decimals=d),
            "ci_low": text(finding.resampled.low, decimals=d),
            "ci_high": text(finding.resampled.high, decimals=d),
        }
    elif finding.resampled is not None:
        full["bootstrap"] = {"none": finding.resampled}
    return full


def terms_told(protocol: Protocol) -> dict[str, Any]:
    """What a reader of a result must know of its protocol: names for people, and the rules that its words rest on."""
    expected = protocol.power.expected if protocol.power else []
    aimed = {each.metric: decimal_text(each.effect) for each in expected if each.effect is not None}
    return {
        "protocol": protocol.protocol,
        "title": _words(protocol.title),
        "population": _words(protocol.population),
        "treatment": _words(protocol.treatment),
        "index_date": _words(protocol.index_date),
        "comparison_index_date": _words(protocol.comparison_index_date),
        "participants": protocol.participants,
        "cohorts": protocol.columns.cohort is not None,
        "unmatched": protocol.unmatched,
        "confidence": decimal_text(protocol.effect.confidence),
        "standard_errors": protocol.effect.standard_errors,
        "multiple_testing": protocol.multiple_testing.method,
        "minimum_sample": str(protocol.minimum_sample),
        "power": decimal_text(protocol.power.power) if protocol.power else None,
        "balance": {
            "smd": decimal_text(protocol.balance.smd),
            "variance_ratio": decimal_text(protocol.balance.variance_ratio),
            "ks": None if protocol.balance.ks is None else decimal_text(protocol.balance.ks),
            "unmatched": None if protocol.balance.unmatched is None else decimal_text(protocol.balance.unmatched),
        },
        "matching": {key: value for key, value in protocol.matching.model_dump(mode="json").items() if value not in (None, [])},
        "small_cells": {"minimum": str(protocol.small_cells.minimum), "round_counts_to": str(protocol.small_cells.round_counts_to)},
        "variables": {
            name: {"kind": variable.kind, "title": _words(variable.title), "matching": variable.matching}
            for name, variable in protocol.variables.items()
        },
        "outcomes": {
            name: {
                "title": _words(rule.title),
                "value": rule.value,
                "better": rule.better,
                "pays_on": rule.pays_on,
                "expected_effect": aimed.get(name),
            }
            for name, rule in protocol.outcomes.items()
        },
    }


def _words(words: InTwoLanguages | None) -> dict[str, str] | None:
    return None if words is None else {code: text for code, text in (("en", words.en), ("nl", words.nl)) if text}
