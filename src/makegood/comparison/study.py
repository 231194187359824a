"""The comparison on one page: read, design, and only then the outcomes.

The design stage takes no outcomes and no path to them. The effect stage takes the finished design, so that nothing
which is seen in the outcomes can change who is compared with whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from makegood.comparison.design_release import design_content, selectivity_content
from makegood.comparison.design_stage import Design, bases, cohorts_of, design, traits_of
from makegood.comparison.effect import Finding, findings, with_adjusted_p
from makegood.comparison.effect_release import Released, released
from makegood.comparison.joining import Rows, joined, outcomes_of
from makegood.comparison.matched import Floats
from makegood.comparison.protocol import Protocol
from makegood.comparison.reading import Kind, People, read_people
from makegood.comparison.selectivity import SelectivityReport, selectivity
from makegood.comparison.tables import Tables, tables
from makegood.values.problem import Problem, Refused, Where, errors

if TYPE_CHECKING:
    from makegood.measurement.sql_engine import Database


@dataclass(frozen=True, kw_only=True)
class Study:
    """The design stage, finished. `designs`: basis -> matched set, the settled one first; `inputs`: file -> SHA-256."""

    protocol: Protocol
    rows: Rows
    designs: Mapping[str, Design]
    selectivity: SelectivityReport
    tables: Tables
    inputs: Mapping[str, str]
    problems: tuple[Problem, ...]

    @property
    def settled(self) -> Design:
        """The design of the basis that the agreement settles on."""
        return self.designs[self.protocol.participants]

    def content(self, *, inside: bool = False) -> dict[str, Any]:
        """What may leave of the design stage, as plain values; all of it for a reader who stays `inside`."""
        shown = replace(self.tables, inside=inside)
        return {
            "bases": [design_content(each, tables=shown, protocol=self.protocol) for each in self.designs.values()],
            "selectivity": selectivity_content(self.selectivity, tables=shown, protocol=self.protocol),
            "refused": [] if inside else sorted(" / ".join(part for part in name if part) for name in self.tables.allowed.refused),
        }


def read_sides(protocol: Protocol, *, treated: Path, pool: Path) -> tuple[People, People]:
    """The files of treated and pool. Raises Refused with the problems of both."""
    columns: dict[str, Kind] = {protocol.column_of(name): variable.kind for name, variable in protocol.variables.items()}
    own: dict[str, Kind] = dict(columns)
    for name in (protocol.columns.cohort, protocol.columns.started):
        if name is not None:
            own.setdefault(name, "category")
    if protocol.columns.row is not None:
        columns.setdefault(protocol.columns.row, "number")
        own.setdefault(protocol.columns.row, "number")
    ours, problems = read_people(treated, person=protocol.columns.person, columns=own)
    theirs, more = read_people(pool, person=protocol.columns.person, columns=columns)
    if ours is None or theirs is None:
        raise Refused([*problems, *more])
    return ours, theirs


def design_study(protocol: Protocol, *, treated: People, pool: People, database: Database | None = None) -> Study:
    """The design stage: match every basis, look at balance, overlap, selection and power. Raises Refused."""
    rows, problems = joined(treated, pool, protocol=protocol)
    if rows is None:
        raise Refused(problems)
    designs: dict[str, Design] = {}
    found: list[Problem] = []
    for basis in bases(protocol):
        made, remarks = design(rows, protocol=protocol, basis=basis, file=treated.file, database=database)
        if made is None:
            if basis == protocol.participants:
                raise Refused(errors(remarks))
            found += [Problem(one.where, one.code, f"{basis}: {one.what}", one.why, one.remedy, "warning") for one in remarks]
            continue
        designs[basis] = made
        found += remarks
    selected = selectivity(rows, protocol=protocol, settled=designs[protocol.participants])
    return Study(
        protocol=protocol,
        rows=rows,
        designs=designs,
        selectivity=selected,
        tables=tables(rows, designs=designs, protocol=protocol, matched_if={item.name: item.matched for item in selected.what_if}),
        inputs={"treated": treated.sha256, "pool": pool.sha256},
        problems=tuple(dict.fromkeys(found)),
    )


def effect_study(study: Study, *, outcomes: People) -> tuple[list[Finding], Released]:
    """The effect stage on a finished design: the findings, and what may leave of them. Raises Refused."""
    protocol, rows = study.protocol, study.rows
    needed = np.zeros(rows.treated.size, dtype=bool)
    for each in study.designs.values():
        needed[each.rows[each.matched.weights > 0]] = True
    values, problems = outcomes_of(rows, outcomes, protocol=protocol, needed=needed)
    before = sorted({part.before for part in protocol.fall_back or [] if part.before})
    problems += [_gap(outcomes.file, name) for name in before if _missing(rows, name)]
    found: list[Finding] = []
    for basis, each in study.designs.items():
        traits, gaps = traits_of(rows, names=protocol.effect.adjust_for, index=each.rows)
        problems += [_gap(outcomes.file, name) for name in gaps]
        if errors(problems):
            continue
        found += findings(
            each.matched,
            protocol=protocol,
            basis=basis,
            outcomes={metric: column[each.rows] for metric, column in values.items()},
            traits=traits,
            before={name: _number(rows, name)[each.rows] for name in before},
            cohorts=cohorts_of(rows, index=each.rows),
        )
    if errors(problems):
        raise Refused(problems)
    found = with_adjusted_p(found, protocol=protocol)
    return found, released(found, protocol=protocol, designs=study.designs)


def _number(rows: Rows, name: str) -> Floats:
    column = rows.columns[name]
    assert isinstance(column, np.ndarray)  # noqa: S101 (checked when the protocol was read)
    return column


def _missing(rows: Rows, name: str) -> bool:
    return bool(np.isnan(_number(rows, name)).any())


def _gap(file: str, name: str) -> Problem:
    what = f"'{name}' is not known of everybody, so the effect cannot be adjusted for it"
    return Problem(
        Where(file, 0, name), "trait_incomplete", what, "", "complete it in the files of treated and pool, or amend the protocol"
    )
