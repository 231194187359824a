"""Who takes part, out of whom: participants beside the pool, starters beside the selected, easy beside hard cases,
and what other criteria would have done."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from makegood.comparison.criteria import IN, OUT, UNKNOWN, Rule, answers
from makegood.comparison.design import Category
from makegood.comparison.design_stage import Design, design
from makegood.comparison.joining import Rows
from makegood.comparison.matched import Flags, Floats
from makegood.comparison.multiplicity import adjusted
from makegood.comparison.power import Power
from makegood.comparison.protocol import Protocol


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """One trait in two groups. For a number `first` and `second` are means, for a level of a category shares.

    `smd`: standardised difference, with its interval; `p` of Welch's t test or Fisher's exact test, `p_adjusted` over
    all traits of the comparison. `first_count`, `second_count`: persons behind the figures (of a level: who have it);
    `first_unknown`, `second_unknown`: whose trait is not known.
    """

    trait: str
    level: str
    first: float
    second: float
    first_n: int
    second_n: int
    first_count: int
    second_count: int
    first_unknown: int
    second_unknown: int
    smd: float
    low: float
    high: float
    p: float
    p_adjusted: float


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """A set of criteria applied to everybody. `matched`: treated who are in and have a match among the pool's who are in;
    `good`: balance is within the protocol's thresholds; `worst`: the trait with the largest standardised difference
    after matching, and that difference; `power`: what this match can show of each metric.
    """

    name: str
    matched: int
    good: bool
    worst: tuple[str, float] | None
    power: tuple[Power, ...]


@dataclass(frozen=True, kw_only=True)
class SelectivityReport:
    """All of it. `against_pool`: treated beside pool; `started`: starters beside those selected who did not start."""

    against_pool: tuple[Contrast, ...]
    started: tuple[Contrast, ...]
    what_if: tuple[WhatIf, ...]


def selectivity(rows: Rows, *, protocol: Protocol, settled: Design) -> SelectivityReport:
    """The report on who was selected, for all variables of the protocol, matched on or not. `settled`: the design of the
    basis that is settled, which is what criteria would have done that let everybody in."""
    not_started = rows.treated & ~rows.started
    started = contrasts(rows, first=rows.started, second=not_started, protocol=protocol) if not_started.any() else ()
    rules = protocol.selectivity
    return SelectivityReport(
        against_pool=contrasts(rows, first=rows.treated, second=~rows.treated, protocol=protocol),
        started=started,
        what_if=tuple(_what_if(rows, name, rule, protocol=protocol, settled=settled) for name, rule in rules.criteria.items())
        if rules
        else (),
    )


def contrasts(rows: Rows, *, first: Flags, second: Flags, protocol: Protocol) -> tuple[Contrast, ...]:
    """Every trait of two groups side by side; unknown values are left out and counted."""
    found: list[Contrast] = []
    for name in protocol.variables:
        column = rows.columns[name]
        if isinstance(column, Category):
            ours, theirs = column.codes[first], column.codes[second]
            unknown = (int((ours < 0).sum()), int((theirs < 0).sum()))
            ours, theirs = ours[ours >= 0], theirs[theirs >= 0]
            for level, word in enumerate(column.levels):
                found.append(_of_shares(name, word, ours == level, theirs == level, unknown))
        else:
            a, b = column[first], column[second]
            unknown = (int(np.isnan(a).sum()), int(np.isnan(b).sum()))
            found.append(_of_means(name, a[~np.isnan(a)], b[~np.isnan(b)], unknown))
    known = [index for index, contrast in enumerate(found) if not math.isnan(contrast.p)]
    values = adjusted([found[index].p for index in known], method=protocol.multiple_testing.method)
    for index, value in zip(known, values, strict=True):
        found[index] = replace(found[index], p_adjusted=value)
    return tuple(found)


def standardised(difference: float, *, sd: float, first_n: int, second_n: int) -> tuple[float, float, float]:
    """A standardised difference with its 95% interval (Hedges and Olkin 1985): variance
    `(n + m) / (n m) + d^2 / (2 (n + m))`. nan where there is no spread."""
    if not sd > 0 or first_n < 1 or second_n < 1:
        return math.nan, math.nan, math.nan
    d = difference / sd
    reach = float(special.ndtri(0.975)) * math.sqrt((first_n + second_n) / (first_n * second_n) + d * d / (2 * (first_n + second_n)))
    return d, d - reach, d + reach


def welch_p(a: Floats, b: Floats) -> float:
    """Two-sided p of Welch's t test."""
    first, second = a.var(ddof=1) / a.size, b.var(ddof=1) / b.size
    df = (first + second) ** 2 / (first**2 / (a.size - 1) + second**2 / (b.size - 1))
    return 2 * float(special.stdtr(df, -abs(a.mean() - b.mean()) / math.sqrt(first + second)))


def fisher_p(a: int, b: int, c: int, d: int) -> float:
    """Two-sided p of Fisher's exact test on [[a, b], [c, d]]: all tables with the same margins that are no likelier."""
    row, other, column = a + b, c + d, a + c
    cells = np.arange(max(0, column - other), min(row, column) + 1, dtype=np.float64)

    def log_choose(n: int, k: Floats) -> Floats:
        return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))

    log_p = log_choose(row, cells) + log_choose(other, column - cells)
    log_p -= special.logsumexp(log_p)
    seen = log_p[round(a - cells[0])]
    return min(1.0, float(np.exp(log_p[log_p <= seen + 1e-7]).sum()))


def _of_means(name: str, a: Floats, b: Floats, unknown: tuple[int, int]) -> Contrast:
    enough = a.size > 1 and b.size > 1
    sd = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2) if enough else math.nan
    first, second = (float(x.mean()) if x.size else math.nan for x in (a, b))
    smd, low, high = standardised(first - second, sd=sd, first_n=a.size, second_n=b.size)
    p = welch_p(a, b) if enough and sd > 0 else math.nan
    return Contrast(
        trait=name, level="", first=first, second=second, first_n=a.size, second_n=b.size, first_count=a.size, second_count=b.size,
        first_unknown=unknown[0], second_unknown=unknown[1], smd=smd, low=low, high=high, p=p, p_adjusted=p,
    )  # fmt: skip


def _of_shares(name: str, level: str, a: NDArray[np.bool_], b: NDArray[np.bool_], unknown: tuple[int, int]) -> Contrast:
    first, second = (float(x.mean()) if x.size else math.nan for x in (a, b))
    sd = math.sqrt((first * (1 - first) + second * (1 - second)) / 2) if a.size and b.size else math.nan
    smd, low, high = standardised(first - second, sd=sd, first_n=a.size, second_n=b.size)
    table = [[int(a.sum()), int((~a).sum())], [int(b.sum()), int((~b).sum())]]
    p = fisher_p(table[0][0], table[0][1], table[1][0], table[1][1]) if a.size and b.size else math.nan
    return Contrast(
        trait=name, level=level, first=first, second=second, first_n=a.size, second_n=b.size, first_count=table[0][0],
        second_count=table[1][0], first_unknown=unknown[0], second_unknown=unknown[1], smd=smd, low=low, high=high, p=p, p_adjusted=p,
    )  # fmt: skip


def values_of(rows: Rows, rule: Rule) -> dict[str, NDArray[Any]]:
    """The columns that a rule reads, in the form that `criteria.answers` takes."""
    values: dict[str, NDArray[Any]] = {}
    for name in rule.variables():
        column = rows.columns[name]
        values[name] = np.array([*column.levels, None], dtype=object)[column.codes] if isinstance(column, Category) else column
    return values


def classes_of(rows: Rows, classes: Mapping[str, Rule]) -> NDArray[np.object_]:
    """(rows,) the first class that a case is surely in, `none`, or `unknown` where an earlier class cannot be decided."""
    size = rows.treated.size
    label = np.full(size, "none", dtype=object)
    undecided = np.ones(size, dtype=bool)
    for name, rule in classes.items():
        answer = answers(rule, columns=values_of(rows, rule), rows=size)
        label[undecided & (answer == IN)] = name
        label[undecided & (answer == UNKNOWN)] = "unknown"
        undecided &= answer == OUT
    return label


def _what_if(rows: Rows, name: str, rule: Rule, *, protocol: Protocol, settled: Design) -> WhatIf:
    answer = answers(rule, columns=values_of(rows, rule), rows=rows.treated.size)
    made = None
    if (answer == IN).all():
        made = settled
    elif (rows.treated & (answer == IN)).any() and (~rows.treated & (answer == IN)).any():
        made, _problems = design(rows, protocol=protocol, basis=protocol.participants, among=answer == IN)
    after: list[tuple[str, float]] = []
    if made is not None and made.reported is not None:
        after = [(row.name, row.smd_after) for row in made.reported.rows if row.name.partition("[")[0] in protocol.matched_on]
    return WhatIf(
        name=name,
        matched=0 if made is None else made.n,
        good=made is not None and made.judged is not None and made.judged.good,
        worst=max(((trait, smd) for trait, smd in after if math.isfinite(smd)), key=lambda found: abs(found[1]), default=None),
        power=() if made is None else made.power,
    )
