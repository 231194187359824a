"""Everything that the design stage could publish, as one set of figures: groups of persons by the levels of traits.

A figure has one name wherever it is shown, so that what one table refuses no other gives away. Ties: the levels of a
trait add up to the group; treated are started and not started, and for each basis matched and unmatched. The size of
a group is no bound on its parts: where the size is refused, nobody outside knows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
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
RULED = ("treated", "started", "not started", "pool")
"""Groups for which criteria and the mix of cases are counted."""
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
    inside: bool = False
    """True: nothing is held back, for the eyes of those inside the closed environment only."""

    def count(self, group: str, label: str = EVERYBODY) -> str | None:
        """A count as it may leave, None where it may not."""
        if not self.groups[group].size:
            return "0"
        name = ("count", self.same.get(group, group), label)
        if self.inside:
            return str(self.counts.get(name, 0))
        return str(rounded_count(self.counts[name], rule=self.protocol.small_cells)) if name in self.allowed.published else None

    def may_show(self, group: str, trait: str, *, number: bool) -> bool:
        """Whether the mean of a number or the share of a level may leave for a group."""
        group = self.same.get(group, group)
        if self.inside:
            return True
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
        unused = np.setdiff1d(groups["pool"], groups[f"controls ({basis})"])
        if 0 < unused.size < protocol.small_cells.minimum:  # the pool less the controls would tell of these few
            groups[f"unused ({basis})"] = unused
    if len(designs) == 2:
        one, two = (groups[f"matched ({basis})"] for basis in designs)
        groups |= {"only in one": np.setdiff1d(one, two), "only in two": np.setdiff1d(two, one)}
    return groups


def tables(rows: Rows, *, designs: Mapping[str, Design], protocol: Protocol, matched_if: Mapping[str, int]) -> Tables:
    """All figures of the design stage, with what may leave of them worked out.

    `matched_if`: set of criteria -> how many of the treated who are in would have a match.
    """
    groups = groups_of(rows, designs=designs, protocol=protocol)
    figures: dict[Name, Figure] = {}
    relations: list[Relation] = []
    hidden = {"only in one", "only in two", *(f"unused ({basis})" for basis in designs)}

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
                add(count_figure(("count", group, label), count, rule=protocol.small_cells, hidden=group in hidden, priority=priority))
        for overlap, tied in _overlapping(rows, index, group, protocol=protocol):
            for figure in overlap:
                add(figure)
            relations += tied
        for trait, values in _numbers(rows, index):
            made = total_figure(("total", group, trait), values, rule=protocol.small_cells, low=None, high=None, priority=priority)
            add(replace(made, hidden=group in hidden))
    for name, matched in matched_if.items():
        parts = {part: ("count", "treated", f"criteria {name}[{part}]") for part in ("in", "matched", "not matched")}
        inside = int(figures[parts["in"]].value)
        for part, count in (("matched", matched), ("not matched", inside - matched)):
            add(count_figure(parts[part], count, rule=protocol.small_cells, priority=PRIORITY["treated"]))
        relations.append(((1.0, parts["in"]), (-1.0, parts["matched"]), (-1.0, parts["not matched"])))
    unused = [basis for basis in designs if f"unused ({basis})" in groups]
    relations += _between(figures, same, designs=designs, started=protocol.columns.started is not None, unused=unused)
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
    if protocol.selectivity is not None and group in RULED:
        if protocol.selectivity.mix:
            label = classes_of(rows, protocol.selectivity.mix)[index]
            names = [*protocol.selectivity.mix, "none", "unknown"]
            found.append(([f"mix[{name}]" for name in names], [int(np.count_nonzero(label == name)) for name in names]))
        for name, rule in protocol.selectivity.criteria.items():
            answer = answers(rule, columns=values_of(rows, rule), rows=rows.treated.size)[index]
            parts = [int(np.count_nonzero(answer == kind)) for kind in (IN, OUT)]
            found.append(([f"criteria {name}[{part}]" for part in ("in", "out", "unknown")], [*parts, index.size - sum(parts)]))
    return found


def _overlapping(rows: Rows, index: Index, group: str, *, protocol: Protocol) -> Iterator[tuple[list[Figure], list[Relation]]]:
    """Sets of persons that are cut from the same variable, pair by pair: who is in one and not in the other.

    Their difference could be read off from two published counts. A difference that is empty is taken to be known as
    such, since the rules that cut the sets are public.
    """
    sets = list(_cut_by_rules(rows, index, group, protocol=protocol))
    for place, (label, variables, inside) in enumerate(sets):
        for other, others, there in sets[:place]:
            if label.partition("[")[0] == other.partition("[")[0] or not variables & others:
                continue
            figures: list[Figure] = []
            relations: list[Relation] = []
            both = ("count", group, f"{label} and {other}")
            figures.append(count_figure(both, int((inside & there).sum()), rule=protocol.small_cells, hidden=True))
            for whole, rest, name in (
                (label, inside & ~there, f"{label} only, not {other}"),
                (other, there & ~inside, f"{other} only, not {label}"),
            ):
                count = int(rest.sum())
                alone = ("count", group, name)
                figures.append(count_figure(alone, count, rule=protocol.small_cells, hidden=True, high=math.inf if count else 0.0))
                relations.append(((1.0, ("count", group, whole)), (-1.0, both), (-1.0, alone)))
            yield figures, relations


def _cut_by_rules(rows: Rows, index: Index, group: str, *, protocol: Protocol) -> Iterator[tuple[str, set[str], NDArray[np.bool_]]]:
    """Label, variables that cut it, who of the group is in it: criteria, classes of the mix, and levels that these read."""
    selectivity = protocol.selectivity
    if selectivity is None or group not in RULED:
        return
    read: set[str] = set()
    for name, rule in selectivity.criteria.items():
        variables = set(rule.variables())
        read |= variables
        yield f"criteria {name}[in]", variables, (answers(rule, columns=values_of(rows, rule), rows=rows.treated.size) == IN)[index]
    if selectivity.mix:
        variables = {name for rule in selectivity.mix.values() for name in rule.variables()}
        read |= variables
        label = classes_of(rows, selectivity.mix)[index]
        for name in (*selectivity.mix, "none", "unknown"):
            yield f"mix[{name}]", variables, label == name
    for trait in sorted(read):
        column = rows.columns[trait]
        if isinstance(column, Category):
            for level, word in enumerate(column.levels):
                yield f"{trait}[{word}]", {trait}, column.codes[index] == level


def _numbers(rows: Rows, index: Index) -> list[tuple[str, NDArray[np.float64]]]:
    found = []
    for name, column in rows.columns.items():
        if not isinstance(column, Category):
            values = column[index]
            found.append((name, values if not np.isnan(values).any() else values[~np.isnan(values)]))
    return found


def _between(
    figures: Mapping[Name, Figure], same: Mapping[str, str], *, designs: Mapping[str, Design], started: bool, unused: list[str]
) -> list[Relation]:
    """Groups that are made of other groups, for every label and total. `unused`: bases whose unused pool is a group."""
    made_of: list[tuple[tuple[float, str], ...]] = []
    if started:
        made_of.append(((1.0, "treated"), (-1.0, "started"), (-1.0, "not started")))
    made_of += [((1.0, treated_group(basis)), (-1.0, f"matched ({basis})"), (-1.0, f"unmatched ({basis})")) for basis in designs]
    made_of += [((1.0, "pool"), (-1.0, f"controls ({basis})"), (-1.0, f"unused ({basis})")) for basis in unused]
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
