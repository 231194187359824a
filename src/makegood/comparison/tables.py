"""Everything that the design stage could publish, as one set of figures: groups of persons by the levels of traits.

A figure has one name wherever it is shown, so that what one table refuses no other gives away. Ties: the levels of a
trait add up to the group; treated are started and not started, and for each basis matched and unmatched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.cell_bounds import Figure, Name, Relation
from makegood.comparison.criteria import IN, OUT, answers
from makegood.comparison.design import Category
from makegood.comparison.design_stage import Design
from makegood.comparison.disclosure import Release, count_figure, release, rounded_count, total_figure
from makegood.comparison.joining import Rows
from makegood.comparison.protocol import Protocol
from makegood.comparison.selectivity import classes_of, values_of

Index = NDArray[np.int64]
EVERYBODY = ""
PRIORITY = {"matched": 6, "controls": 5, "pool": 5, "treated": 4, "started": 4, "unmatched": 1, "not started": 1}


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Counts and totals of groups, and what of them may leave. `groups`: name -> row numbers among all rows; `same`: a
    group -> the group of the very same persons whose figures stand for it."""

    groups: Mapping[str, Index]
    same: Mapping[str, str]
    counts: Mapping[Name, int]
    allowed: Release
    protocol: Protocol

    def count(self, group: str, label: str = EVERYBODY) -> str | None:
        """A count as it may leave, None where it may not."""
        if not self.groups[group].size:
            return "0"
        name = ("count", self.same.get(group, group), label)
        return str(rounded_count(self.counts[name], rule=self.protocol.small_cells)) if name in self.allowed.published else None

    def may_show(self, group: str, trait: str, *, number: bool) -> bool:
        """Whether the mean of a number or the share of a level may leave for a group."""
        group = self.same.get(group, group)
        whole = ("count", group, EVERYBODY) in self.allowed.published
        return whole and ("total" if number else "count", group, trait) in self.allowed.published


def treated_group(basis: str) -> str:
    """The group of all treated of a basis."""
    return "started" if basis == "started" else "treated"


def groups_of(rows: Rows, *, designs: Mapping[str, Design], protocol: Protocol) -> dict[str, Index]:
    """The groups of persons that tables are about."""
    groups = {"treated": np.flatnonzero(rows.treated), "pool": np.flatnonzero(~rows.treated)}
    if protocol.columns.started is not None:
        groups |= {"started": np.flatnonzero(rows.started), "not started": np.flatnonzero(rows.treated & ~rows.started)}
    for basis, design in designs.items():
        groups |= {
            f"matched ({basis})": design.rows[design.matched.matched_treated],
            f"unmatched ({basis})": design.rows[design.matched.unmatched_treated],
            f"controls ({basis})": design.rows[design.matched.matched_controls],
        }
    if len(designs) == 2:
        one, two = (groups[f"matched ({basis})"] for basis in designs)
        groups |= {"only in one": np.setdiff1d(one, two), "only in two": np.setdiff1d(two, one)}
    return groups


def tables(rows: Rows, *, designs: Mapping[str, Design], protocol: Protocol) -> Tables:
    """All figures of the design stage, with what may leave of them worked out."""
    groups = groups_of(rows, designs=designs, protocol=protocol)
    figures: dict[Name, Figure] = {}
    relations: list[Relation] = []
    hidden = {"only in one", "only in two"}

    def add(figure: Figure) -> None:
        figures[figure.name] = figure

    same = _same(groups)
    for group, index in groups.items():
        if group in same or not index.size:
            continue
        priority = PRIORITY.get(group.split(" (")[0], 0) + (1 if protocol.participants in group else 0)
        add(
            count_figure(("count", group, EVERYBODY), index.size, rule=protocol.small_cells, hidden=group in hidden, priority=priority + 10)
        )
        for labels, counts in _by_level(rows, index, group, protocol=protocol):
            relations.append(((1.0, ("count", group, EVERYBODY)), *((-1.0, ("count", group, label)) for label in labels)))
            for label, count in zip(labels, counts, strict=True):
                add(
                    count_figure(
                        ("count", group, label),
                        count,
                        rule=protocol.small_cells,
                        hidden=group in hidden,
                        priority=priority,
                        high=float(index.size),
                    )
                )
        for trait, values in _numbers(rows, index):
            made = total_figure(("total", group, trait), values, rule=protocol.small_cells, low=None, high=None, priority=priority)
            add(replace(made, hidden=group in hidden))
    relations += _between(figures, same, designs=designs, started=protocol.columns.started is not None)
    allowed = release(list(figures.values()), relations=relations)
    sizes = {name: int(figure.value) for name, figure in figures.items() if name[0] == "count"}
    return Tables(groups=groups, same=same, counts=sizes, allowed=allowed, protocol=protocol)


def _same(groups: Mapping[str, Index]) -> dict[str, str]:
    """Groups of the very same persons: one name for their figures, or two tables would have to refuse the same twice."""
    same: dict[str, str] = {}
    names = list(groups)
    for place, group in enumerate(names):
        for other in names[:place]:
            if other not in same and groups[group].size and np.array_equal(np.sort(groups[group]), np.sort(groups[other])):
                same[group] = other
                break
    return same


def _by_level(rows: Rows, index: Index, group: str, *, protocol: Protocol) -> list[tuple[list[str], list[int]]]:
    found: list[tuple[list[str], list[int]]] = []
    for name, column in rows.columns.items():
        if isinstance(column, Category):
            codes = column.codes[index].astype(np.int64)
            counts = np.bincount(np.where(codes < 0, len(column.levels), codes), minlength=len(column.levels) + 1).tolist()
            labels = [*(f"{name}[{level}]" for level in column.levels), f"{name}[not known]"]
            known = bool((column.codes >= 0).all())
            found.append((labels[:-1], counts[:-1]) if known else (labels, counts))
    if protocol.columns.cohort is not None and group != "pool" and not group.startswith("controls"):
        names = sorted({str(name) for name in rows.cohort[rows.treated]})
        found.append(([f"cohort[{name}]" for name in names], [int(np.count_nonzero(rows.cohort[index] == name)) for name in names]))
    if protocol.selectivity is not None and group in ("treated", "started", "not started", "pool"):
        if protocol.selectivity.mix:
            label = classes_of(rows, protocol.selectivity.mix)[index]
            names = [*protocol.selectivity.mix, "none", "unknown"]
            found.append(([f"mix[{name}]" for name in names], [int(np.count_nonzero(label == name)) for name in names]))
        for name, rule in protocol.selectivity.criteria.items():
            answer = answers(rule, columns=values_of(rows, rule), rows=rows.treated.size)[index]
            parts = [int(np.count_nonzero(answer == kind)) for kind in (IN, OUT)]
            found.append(([f"criteria {name}[{part}]" for part in ("in", "out", "unknown")], [*parts, index.size - sum(parts)]))
    return found


def _numbers(rows: Rows, index: Index) -> list[tuple[str, NDArray[np.float64]]]:
    found = []
    for name, column in rows.columns.items():
        if not isinstance(column, Category):
            values = column[index]
            found.append((name, values if not np.isnan(values).any() else values[~np.isnan(values)]))
    return found


def _between(figures: Mapping[Name, Figure], same: Mapping[str, str], *, designs: Mapping[str, Design], started: bool) -> list[Relation]:
    """Groups that are made of other groups, for every label and total."""
    made_of: list[tuple[tuple[float, str], ...]] = []
    if started:
        made_of.append(((1.0, "treated"), (-1.0, "started"), (-1.0, "not started")))
    made_of += [((1.0, treated_group(basis)), (-1.0, f"matched ({basis})"), (-1.0, f"unmatched ({basis})")) for basis in designs]
    if len(designs) == 2:
        one, two = designs
        made_of.append(((1.0, f"matched ({one})"), (-1.0, f"matched ({two})"), (-1.0, "only in one"), (1.0, "only in two")))
    kinds = sorted({(name[0], name[2]) for name in figures})
    relations: list[Relation] = []
    for kind, label in kinds:
        for terms in made_of:
            # An empty group has no figures and adds nothing; what cancels out says nothing.
            parts: dict[Name, float] = {}
            for factor, group in terms:
                name = (kind, same.get(group, group), label)
                if name in figures:
                    parts[name] = parts.get(name, 0.0) + factor
            relation: Relation = tuple((factor, name) for name, factor in parts.items() if factor)
            if len(relation) > 1:
                relations.append(relation)
    return relations
