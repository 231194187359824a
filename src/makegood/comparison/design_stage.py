"""The design stage: who is compared with whom, from covariates alone. Outcomes have no place in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from makegood.comparison.balance import Balance, BalanceRow, Verdict, balance, verdict
from makegood.comparison.design import Category, Covariates, covariates
from makegood.comparison.joining import Rows
from makegood.comparison.matched import Flags, Floats, Matched, Plan
from makegood.comparison.matching import match
from makegood.comparison.power import Power, power_of
from makegood.comparison.protocol import Protocol
from makegood.comparison.protocol_terms import Variable
from makegood.comparison.reading import chosen
from makegood.values.problem import Problem, errors

if TYPE_CHECKING:
    from makegood.measurement.sql_engine import Database


@dataclass(frozen=True, kw_only=True)
class Design:
    """A matched set for one basis. `rows`: (rows of the design,) where they stand in all rows.

    `reported`: the balance of all complete traits, matched on or not. `fingerprint`: SHA-256 over the pairs or
    weights by person, so that the design stage and the effect stage can be shown to be the same. Empty parts
    (`reported` None) where nobody could be matched.
    """

    basis: str
    rows: np.ndarray[tuple[int], np.dtype[np.int64]]
    matched: Matched
    problems: tuple[Problem, ...]
    reported: Balance | None
    judged: Verdict | None
    power: tuple[Power, ...]
    fingerprint: str

    @property
    def n(self) -> int:
        """Matched treated persons."""
        return int(self.matched.matched_treated.size)


def bases(protocol: Protocol) -> tuple[str, ...]:
    """The bases to compute, the one that is settled first."""
    other = "started" if protocol.participants == "intention_to_treat" else "intention_to_treat"
    return (protocol.participants, other) if protocol.beside and protocol.columns.started is not None else (protocol.participants,)


def plan_of(protocol: Protocol) -> Plan:
    """The matching clause as the plan of the matching room."""
    rule = protocol.matching
    return Plan(
        method=rule.method,
        distance=rule.distance,
        score_on=protocol.matched_on,
        distance_on=tuple(rule.distance_on),
        exact=tuple(rule.exact),
        caliper=None if rule.caliper is None else float(rule.caliper),
        caliper_unit=rule.caliper_unit,
        discard=rule.discard,
        ratio=rule.ratio,
        replacement=rule.replacement,
        order=rule.order,
        seed=protocol.seed,
        bins=tuple((name, cuts) for name, variable in protocol.variables.items() if (cuts := _cuts(variable)) is not None),
        moments=rule.moments,
    )


def _cuts(variable: Variable) -> int | str | tuple[float, ...] | None:
    if variable.cut_at:
        return tuple(float(cut) for cut in variable.cut_at)
    return int(variable.bins) if variable.bins and variable.bins.isdecimal() else variable.bins


def design(
    rows: Rows, *, protocol: Protocol, basis: str, among: Flags | None = None, file: str = "", database: Database | None = None
) -> tuple[Design | None, list[Problem]]:
    """Match one basis. `among`: (rows,) who takes part at all, for what-if criteria. `database`: computes scores and
    blocks in the place of this process. None where the input cannot be used."""
    inside = np.ones(rows.treated.size, dtype=bool) if among is None else among.copy()
    if basis == "started":
        inside &= ~rows.treated | rows.started
    index = np.flatnonzero(inside)
    made, problems = _covariates(rows, protocol=protocol, index=index, names=protocol.matched_on, file=file)
    if made is None:
        return None, problems
    matched = match(made, plan=plan_of(protocol), database=database)
    problems = [*problems, *matched.problems]
    if errors(problems) or not matched.matched_treated.size:
        return (
            Design(
                basis=basis, rows=index, matched=matched, problems=tuple(problems), reported=None, judged=None, power=(), fingerprint=""
            ),
            problems,
        )
    rule = protocol.balance
    complete = tuple(name for name in protocol.variables if _complete(rows.columns[name], index))
    everything = made
    if complete != protocol.matched_on:
        everything = _covariates(rows, protocol=protocol, index=index, names=complete, file=file)[0] or made
    reported = balance(everything, matched=matched, denominator=rule.denominator)
    judged = verdict(
        _of_traits(reported, names=set(protocol.matched_on)),
        smd=float(rule.smd),
        variance_ratio=float(rule.variance_ratio),
        ks=None if rule.ks is None else float(rule.ks),
        unmatched=None if rule.unmatched is None else float(rule.unmatched),
    )
    return Design(
        basis=basis,
        rows=index,
        matched=matched,
        problems=tuple(problems),
        reported=reported,
        judged=judged,
        power=tuple(_power(matched, protocol=protocol)),
        fingerprint=_fingerprint(rows, index, matched),
    ), problems


def _of_traits(found: Balance, *, names: set[str]) -> Balance:
    """The balance of these traits, and of the score."""

    def kept(rows: tuple[BalanceRow, ...]) -> tuple[BalanceRow, ...]:
        return tuple(row for row in rows if row.kind == "score" or row.name.partition("[")[0] in names)

    return replace(found, rows=kept(found.rows), unmatched=kept(found.unmatched))


def _complete(column: Floats | Category, index: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bool:
    if isinstance(column, Category):
        return bool((column.codes[index] >= 0).all())
    return bool(np.isfinite(column[index]).all())


def _covariates(
    rows: Rows, *, protocol: Protocol, index: np.ndarray[tuple[int], np.dtype[np.int64]], names: Sequence[str], file: str
) -> tuple[Covariates | None, list[Problem]]:
    whole = index.size == rows.treated.size
    columns: dict[str, Floats | Category] = {}
    for name in names:
        column = rows.columns[name]
        if isinstance(column, Category):
            columns[name] = column if whole else _levels_that_occur(replace(column, codes=column.codes[index]))
        else:
            columns[name] = column if whole else column[index]
    categories = [name for name in names if protocol.variables[name].kind == "category"]
    return covariates(rows.treated[index], columns=columns, categories=categories, file=file)


def _levels_that_occur(column: Category) -> Category:
    seen = np.zeros(len(column.levels) + 1, dtype=bool)
    seen[column.codes] = True
    place = np.append(np.cumsum(seen[:-1]) - 1, -1).astype(np.int32)
    return Category(place[column.codes], tuple(level for level, there in zip(column.levels, seen[:-1], strict=True) if there))


def _power(matched: Matched, *, protocol: Protocol) -> list[Power]:
    if protocol.power is None:
        return []
    found = []
    for expected in protocol.power.expected:
        sd = float(expected.sd) if expected.sd is not None else float(expected.share * (1 - expected.share)) ** 0.5  # type: ignore[operator]
        power = power_of(
            expected.metric,
            sd=sd,
            correlation=float(expected.correlation),
            n=int(matched.matched_treated.size),
            effective_controls=matched.effective_size(),
            alpha=1 - float(protocol.effect.confidence),
            power=float(protocol.power.power),
            effect=None if expected.effect is None else float(expected.effect),
        )
        if power is not None:
            found.append(power)
    return found


def _fingerprint(rows: Rows, index: np.ndarray[tuple[int], np.dtype[np.int64]], matched: Matched) -> str:
    digest = hashlib.sha256()
    ours, theirs, _weights = matched.pairs()
    if ours.size:
        first, second = chosen(rows.persons, index[ours]), chosen(rows.persons, index[theirs])
        for person, control in zip(first, second, strict=True):
            digest.update(f"{person}\x1f{control}\x1e".encode())
    else:
        used = np.flatnonzero(matched.weights > 0)
        for person, weight in zip(chosen(rows.persons, index[used]), matched.weights[used].tolist(), strict=True):
            digest.update(f"{person}\x1f{weight:.9g}\x1e".encode())
    return digest.hexdigest()


def traits_of(rows: Rows, *, names: Sequence[str], index: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[Floats, list[str]]:
    """(rows, p) columns of the traits to adjust for, categories as one column for each level but the first; and the
    names of traits that are not complete, which cannot be adjusted for."""
    columns: list[Floats] = []
    gaps = []
    for name in names:
        column = rows.columns[name]
        if not _complete(column, index):
            gaps.append(name)
        elif isinstance(column, Category):
            codes = column.codes[index]
            columns.extend((codes == level).astype(np.float64) for level in range(1, len(column.levels)))
        else:
            columns.append(column[index])
    return (np.column_stack(columns) if columns else np.empty((index.size, 0))), gaps


def cohorts_of(rows: Rows, *, index: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Mapping[str, Flags]:
    """Cohort -> (rows of the design,) its treated, in the order of the alphabet."""
    cohort = rows.cohort[index]
    return {str(name): cohort == name for name in sorted({str(name) for name in cohort[rows.treated[index]]})}
