"""Treated and pool as one set of rows, and outcomes brought to them by person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from makegood.comparison.design import Category
from makegood.comparison.matched import Flags, Floats
from makegood.comparison.protocol import Protocol
from makegood.comparison.protocol_terms import Outcome
from makegood.comparison.reading import People, Words, as_numpy, counted, in_rows, taken
from makegood.values.problem import Problem, Where

YES = {"yes", "1", "true", "ja"}
NO = {"no", "0", "false", "nee"}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """All persons: the treated first, then the pool, each in the order of the file, or in the order of `columns.row`.

    `columns`: variable -> (rows,) numbers or a `Category`; `cohort`: (rows,) text, empty in the pool; `started`:
    (rows,) False in the pool. `persons`: Arrow array of text.
    """

    persons: pa.Array
    treated: Flags
    columns: Mapping[str, Floats | Category]
    cohort: NDArray[np.object_]
    started: Flags


def joined(treated: People, pool: People, *, protocol: Protocol) -> tuple[Rows | None, list[Problem]]:
    """Both files as one set of rows; a person in both is refused, since nobody is compared with himself."""
    if pc.any(pc.is_in(treated.persons, value_set=pool.persons)).as_py():
        both = _flags(pc.is_in(pool.persons, value_set=treated.persons))
        what = f"{counted(int(both.sum()), 'person', 'is', 'are')} treated and in the pool as well: {in_rows(both)} of the pool"
        remedy = "take the treated out of the pool"
        return None, [Problem(Where(pool.file, 0, protocol.columns.person), "person_in_both", what, "", remedy)]
    if gaps := [problem for people in (treated, pool) for problem in _gaps(people, protocol=protocol)]:
        return None, gaps
    columns: dict[str, Floats | Category] = {}
    for name, variable in protocol.variables.items():
        column = protocol.column_of(name)
        if variable.kind == "number":
            columns[name] = np.concatenate([treated.numbers[column], pool.numbers[column]])
        else:
            columns[name] = _together(treated.words[column], pool.words[column])
    started, problems = _started(treated, protocol=protocol)
    if problems:
        return None, problems
    cohort = np.full(treated.rows, "all", dtype=object)
    if protocol.columns.cohort is not None:
        words = treated.words[protocol.columns.cohort]
        if (words.codes < 0).any():
            what = f"{int((words.codes < 0).sum())} treated persons have no cohort"
            return None, [Problem(Where(treated.file, 0, protocol.columns.cohort), "no_cohort", what, "", "fill in the cohort")]
        if "all" in words.levels:
            what = "a cohort is called 'all', the name of all cohorts together"
            return None, [Problem(Where(treated.file, 0, protocol.columns.cohort), "cohort_named_all", what, "", "rename the cohort")]
        cohort = words.text()
    together = Rows(
        persons=pa.concat_arrays([treated.persons, pool.persons]),
        treated=np.arange(treated.rows + pool.rows) < treated.rows,
        columns=columns,
        cohort=np.concatenate([cohort, np.full(pool.rows, "", dtype=object)]),
        started=np.concatenate([started, np.zeros(pool.rows, dtype=bool)]),
    )
    return _in_order(together, treated, pool, name=protocol.columns.row)


def _gaps(people: People, *, protocol: Protocol) -> list[Problem]:
    """Traits to match on that are not known of everybody in a file."""
    found = []
    for name in protocol.matched_on:
        column = protocol.column_of(name)
        number = protocol.variables[name].kind == "number"
        missing = np.isnan(people.numbers[column]) if number else people.words[column].codes < 0
        if missing.any():
            kind = "covariate" if number else "category"
            what = f"{kind} '{name}' is missing for {int(missing.sum())} of {people.rows}: {in_rows(missing)}"
            why = "A distance to an unknown value does not exist, and dropping people silently changes who is compared with whom"
            way = "fill it in, make a category of it with 'unknown' as a level" if number else "give 'unknown' a level of its own"
            remedy = f"{way}, or leave the covariate out; say so in the protocol"
            found.append(Problem(Where(people.file, 0, column), "missing_covariate", what, why, remedy))
    return found


def _in_order(rows: Rows, treated: People, pool: People, *, name: str | None) -> tuple[Rows | None, list[Problem]]:
    """The rows by their number in the data set that both files were taken from."""
    if name is None:
        return rows, []
    number = np.concatenate([treated.numbers[name], pool.numbers[name]])
    order = np.argsort(number, kind="stable")
    number = number[order]
    if np.isnan(number).any() or np.any(number[1:] == number[:-1]):
        what = "a row number is missing" if np.isnan(number).any() else f"{number[:-1][number[1:] == number[:-1]][0]:g} stands twice"
        remedy = "number the rows of the whole data set before it is parted"
        file = next((people.file for people in (treated, pool) if _unusable(people.numbers[name])), f"{treated.file} and {pool.file}")
        return None, [Problem(Where(file, 0, name), "row_numbers", what, "Ties are broken in that order", remedy)]
    return Rows(
        persons=taken(rows.persons, order),
        treated=rows.treated[order],
        columns={
            each: replace(column, codes=column.codes[order]) if isinstance(column, Category) else column[order]
            for each, column in rows.columns.items()
        },
        cohort=rows.cohort[order],
        started=rows.started[order],
    ), []


def _unusable(number: Floats) -> bool:
    """Row numbers of one file that are missing or stand twice."""
    return bool(np.isnan(number).any()) or np.unique(number).size < number.size


def _together(first: Words, second: Words) -> Category:
    everything = {*first.levels, *second.levels}
    numeric = all(level.isdecimal() for level in everything)
    levels = tuple(sorted(everything, key=int) if numeric else sorted(everything))
    place = {level: index for index, level in enumerate(levels)}
    parts = []
    for words in (first, second):
        code = np.array([*(place[level] for level in words.levels), -1], dtype=np.int32)
        parts.append(code[words.codes])
    return Category(np.concatenate(parts), levels)


def _started(treated: People, *, protocol: Protocol) -> tuple[Flags, list[Problem]]:
    name = protocol.columns.started
    if name is None:
        return np.ones(treated.rows, dtype=bool), []
    words = treated.words[name]
    where = Where(treated.file, 0, name)
    odd = [level for level in words.levels if level.lower() not in YES | NO]
    if odd:
        return np.empty(0, dtype=bool), [Problem(where, "neither_yes_nor_no", f"'{odd[0]}' is neither yes nor no", "", "write yes or no")]
    if (words.codes < 0).any():
        what = f"of {int((words.codes < 0).sum())} treated persons it is not said whether they started"
        return np.empty(0, dtype=bool), [Problem(where, "start_unknown", what, "", "write yes or no")]
    return np.array([level.lower() in YES for level in words.levels], dtype=bool)[words.codes], []


def _flags(found: Any) -> Flags:
    return as_numpy(pc.cast(found, pa.int8()), missing=0).astype(bool)


def outcomes_of(rows: Rows, outcomes: People, *, protocol: Protocol, needed: Flags) -> tuple[dict[str, Floats], list[Problem]]:
    """Metric -> (rows,) values by person, nan where not known.

    `needed`: (rows,) the matched persons, whose outcome must be there unless the protocol leaves them out. Persons who
    are neither treated nor in the pool mean that this is another file than the one that was matched.
    """
    where = Where(outcomes.file, 0, protocol.columns.person)
    problems: list[Problem] = []
    strangers = ~_flags(pc.is_in(outcomes.persons, value_set=rows.persons))
    if strangers.any():
        count = f"{int(strangers.sum())} of {outcomes.rows} persons"
        what = f"{count} {'is' if strangers.sum() == 1 else 'are'} neither treated nor in the pool: {in_rows(strangers)}"
        why = "Outcomes of other persons than were matched answer another question"
        remedy = "give the outcomes of the persons in the two files"
        if _zeros_lost(outcomes, strangers, rows):
            remedy = "write the codes as the other files do: they are text, and a program dropped the zeros in front"
        problems.append(Problem(where, "other_persons", what, why, remedy))
        if strangers.all():
            return {}, problems
    place = as_numpy(pc.index_in(rows.persons, value_set=outcomes.persons), missing=-1)
    values: dict[str, Floats] = {}
    for metric, rule in protocol.outcomes.items():
        column = rule.column or metric
        source = np.append(outcomes.numbers[column], np.nan)
        values[metric] = source[place]
        problems += _range_problems(outcomes.numbers[column], rule=rule, where=Where(outcomes.file, 0, column))
        missing = int(np.count_nonzero(np.isnan(values[metric]) & needed))
        if missing and protocol.effect.missing_outcomes == "refused":
            what = f"'{metric}' is not known of {missing} of {int(needed.sum())} matched persons"
            why = "The protocol says `missing_outcomes: refused`"
            problems.append(
                Problem(Where(outcomes.file, 0, column), "missing_outcomes", what, why, "complete the file, or amend the protocol")
            )
    return values, problems


def _zeros_lost(outcomes: People, strangers: Flags, rows: Rows) -> bool:
    """Whether the first code that nobody has is one of the others' without its zeros in front."""
    code = outcomes.persons[int(np.flatnonzero(strangers)[0])].as_py()
    return bool(code.isdecimal() and pc.any(pc.equal(pc.utf8_ltrim(rows.persons, characters="0"), code)).as_py())


def _range_problems(values: Floats, *, rule: Outcome, where: Where) -> list[Problem]:
    known = ~np.isnan(values)
    odd = known & ~np.isin(values, (0.0, 1.0))
    if rule.value == "share" and odd.any():
        what = f"a share counts persons with 1 or 0, found {values[odd][0]:g} in {in_rows(odd)}"
        return [Problem(where, "not_yes_or_no", what, "", "write 1 or 0 for each person")]
    low = float(rule.lowest) if rule.lowest is not None else -np.inf
    high = float(rule.highest) if rule.highest is not None else np.inf
    outside = known & ((values < low) | (values > high))
    if outside.any():
        many = counted(int(outside.sum()), "value", "lies", "lie")
        what = f"{many} outside {low:g} to {high:g}, the range that the protocol says: {in_rows(outside)}"
        return [Problem(where, "outside_range", what, "", "correct the file, or amend the protocol")]
    return []
