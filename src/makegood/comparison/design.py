"""The covariates as columns: numbers side by side, categories as small integers, checked before anything is fitted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.matched import Flags, Floats
from makegood.values.problem import Problem, Where, errors

Codes = NDArray[np.int16] | NDArray[np.int32]


@dataclass(frozen=True)
class Category:
    """A category: `codes` (rows,) from 0, -1 where missing; `levels` their names, in sorted order."""

    codes: NDArray[np.integer[Any]]
    levels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Covariates:
    """Treated and pool as columns.

    `treated`: (rows,). `number_names` and `numbers`: (numbers, rows) float64, a covariate a row, so that each lies
    contiguous in memory. `category_names`, `codes`: (categories, rows) integers, `levels`: their names. `ends`: lowest and
    highest of each number where they are known, as they are of columns that were checked.
    """

    treated: Flags
    number_names: tuple[str, ...]
    numbers: Floats
    category_names: tuple[str, ...]
    codes: Codes
    levels: tuple[tuple[str, ...], ...]
    ends: tuple[tuple[float, float], ...] = ()

    @property
    def rows(self) -> int:
        """Treated and pool together."""
        return int(self.treated.size)

    @property
    def names(self) -> tuple[str, ...]:
        """All covariates: numbers, then categories."""
        return self.number_names + self.category_names

    def number(self, name: str) -> Floats:
        """(rows,) the values of a number."""
        values: Floats = self.numbers[self.number_names.index(name)]
        return values

    def ends_of(self, name: str) -> tuple[float, float]:
        """The lowest and the highest value of a number."""
        if self.ends:
            return self.ends[self.number_names.index(name)]
        values = self.number(name)
        return float(values.min()), float(values.max())

    def category(self, name: str) -> Category:
        """The codes and levels of a category."""
        place = self.category_names.index(name)
        return Category(self.codes[place], self.levels[place])


def covariates(
    treated: Sequence[bool] | NDArray[Any],
    *,
    columns: Mapping[str, Any],
    categories: Collection[str],
    persons: NDArray[Any] | None = None,
    file: str = "",
) -> tuple[Covariates | None, list[Problem]]:
    """Columns as matching needs them, and what is wrong with them.

    `treated`: (rows,) true for participants, false for the pool. `columns`: name -> (rows,) values; `categories` names
    those that are categories (any type, or an encoded `Category`), the others are numbers. `persons`: (rows,) to be
    unique. Missing and infinite values, an arm without people, a length that differs and a person who stands twice are
    errors, and the columns come back as None; a constant covariate and a category that the pool has not are warnings.
    """
    arms = np.asarray(treated).astype(bool)
    found = list(_arms(arms, file))
    numbers: dict[str, Floats] = {}
    ends: dict[str, tuple[float, float]] = {}
    encoded: dict[str, Category] = {}
    for name, values in columns.items():
        length = values.codes.size if isinstance(values, Category) else len(values)
        if length != arms.size:
            found.append(_problem(file, name, "length_differs", f"covariate '{name}' has {length} rows, the treatment {arms.size}"))
        elif name in categories or isinstance(values, Category):
            encoded[name] = category = encode(values)
            found.extend(_category(category, arms, file, name))
        else:
            try:
                numbers[name] = number = np.asarray(values).astype(np.float64)
            except (TypeError, ValueError):
                remedy = "name it among the categories, or correct the values"
                found.append(_problem(file, name, "not_a_number", f"covariate '{name}' holds text where numbers are due", remedy))
                continue
            ends[name] = float(number.min()), float(number.max())
            found.extend(_number(number, *ends[name], file, name))
    if not columns:
        found.append(_problem(file, "", "no_covariates", "no covariate was given", "name the covariates to match on in the protocol"))
    if persons is not None:
        found.extend(_persons(np.asarray(persons), file))
    if errors(found):
        return None, found
    wide = max((len(category.levels) for category in encoded.values()), default=0) > np.iinfo(np.int16).max
    codes = np.empty((len(encoded), arms.size), dtype=np.int32 if wide else np.int16)
    for row, category in enumerate(encoded.values()):
        codes[row] = category.codes
    made = Covariates(
        treated=arms,
        number_names=tuple(numbers),
        numbers=np.stack(list(numbers.values())) if numbers else np.empty((0, arms.size)),
        category_names=tuple(encoded),
        codes=codes,
        levels=tuple(category.levels for category in encoded.values()),
        ends=tuple(ends.values()),
    )
    return made, found


def encode(values: Any) -> Category:
    """Any column as a category: the levels that occur, sorted (numbers by size, text by code point); missing is -1."""
    if isinstance(values, Category):
        return values
    array = np.asarray(values)
    if array.dtype.kind == "f":
        missing = np.isnan(array)
        whole = array[~missing]
        if whole.size and np.all(whole == np.rint(whole)) and np.abs(whole).max() < 2**53:
            return _sorted_out(np.where(missing, 0, array).astype(np.int64), missing)
        return _sorted_out(array, missing)
    if array.dtype.kind in "iub":
        return _sorted_out(array, None)
    import pyarrow as pa  # noqa: PLC0415 (text columns only)

    coded = pa.array([None if _blank(item) else str(item) for item in array.tolist()]).dictionary_encode()
    names = np.array(coded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(names)
    rank = np.empty(names.size + 1, dtype=np.int32)
    rank[order] = np.arange(names.size)
    rank[-1] = -1
    raw = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return Category(rank[raw], tuple(str(name) for name in names[order]))


def _blank(item: object) -> bool:
    return item is None or item == "" or item != item  # noqa: PLR0124 (not a number differs from itself)


def _sorted_out(array: NDArray[Any], missing: Flags | None) -> Category:
    """Codes of numbers: by table where their range is small, else by sorting."""
    present = array if missing is None else array[~missing]
    if present.size == 0:
        return Category(np.full(array.size, -1, dtype=np.int32), ())
    low = present.min()
    if array.dtype.kind in "iub" and int(present.max()) - int(low) < 65_536:
        shifted = array.astype(np.int64) - int(low)
        seen = np.zeros(int(present.max()) - int(low) + 1, dtype=bool)
        seen[shifted if missing is None else shifted[~missing]] = True
        table = (np.cumsum(seen) - 1).astype(np.int32)
        codes = table[np.clip(shifted, 0, seen.size - 1)]
        levels = tuple(str(int(low) + int(step)) for step in np.flatnonzero(seen))
    else:
        names, inverse = np.unique(array, return_inverse=True)
        codes, levels = inverse.astype(np.int32), tuple(str(name) for name in names)
    if missing is not None:
        codes = np.where(missing, -1, codes).astype(np.int32)
    return Category(codes, levels)


def _problem(file: str, path: str, code: str, what: str, remedy: str = "", why: str = "", severity: str = "error") -> Problem:
    return Problem(Where(file=file, path=path), code, what, why, remedy, severity)


def _arms(arms: Flags, file: str) -> list[Problem]:
    treated = int(np.count_nonzero(arms))
    pool = arms.size - treated
    if treated == 0:
        return [_problem(file, "treated", "nobody_treated", "nobody is treated, so there is nothing to compare", "give the participants")]
    if pool == 0:
        return [_problem(file, "pool", "empty_pool", "the pool is empty, so there is nobody to compare with", "give the pool")]
    if treated == 1:
        what = "one person is treated: a comparison can be drawn, its uncertainty cannot"
        return [_problem(file, "treated", "one_treated", what, severity="warning")]
    return []


def _number(values: Floats, low: float, high: float, file: str, name: str) -> list[Problem]:
    if np.isfinite(low) and np.isfinite(high):
        if low == high:
            what = f"covariate '{name}' is {low:g} for everybody and tells nobody apart; it is left out of the distance"
            return [_problem(file, name, "constant_covariate", what, severity="warning")]
        return []
    missing = int(np.count_nonzero(np.isnan(values)))
    infinite = int(np.count_nonzero(np.isinf(values)))
    why = "a distance to an unknown value does not exist, and dropping people silently changes who is compared with whom"
    remedy = "fill it in, make a category of it with 'unknown' as a level, or leave the covariate out; say so in the protocol"
    found = []
    if missing:
        what = f"covariate '{name}' is missing for {missing} of {values.size}"
        found.append(_problem(file, name, "missing_covariate", what, remedy, why))
    if infinite:
        what = f"covariate '{name}' is infinite for {infinite} of {values.size}"
        found.append(_problem(file, name, "infinite_covariate", what, remedy))
    return found


def _category(category: Category, arms: Flags, file: str, name: str) -> list[Problem]:
    missing = int(np.count_nonzero(category.codes < 0))
    if missing:
        remedy = "give 'unknown' a level of its own, or leave the covariate out; say so in the protocol"
        return [_problem(file, name, "missing_covariate", f"category '{name}' is missing for {missing} of {arms.size}", remedy)]
    if len(category.levels) <= 1:
        what = f"category '{name}' has one level for everybody and tells nobody apart"
        return [_problem(file, name, "constant_covariate", what, severity="warning")]
    everywhere = np.bincount(category.codes, minlength=len(category.levels))
    treated = np.bincount(category.codes[arms], minlength=len(category.levels))
    found = []
    unseen = np.flatnonzero((treated > 0) & (treated == everywhere))
    if unseen.size:
        names = ", ".join(f"'{category.levels[place]}' ({treated[place]} treated)" for place in unseen[:6])
        what = f"category '{name}' has levels that nobody in the pool has: {names}"
        why = "nobody like these treated can be found in the pool, and their scores run off to one side"
        found.append(_problem(file, name, "unseen_in_pool", what, _spelt(category, unseen.tolist()), why, "warning"))
    return found


def _spelt(category: Category, unseen: Sequence[int]) -> str:
    """What would do about levels that the pool has not: another spelling of one that it has, or more people."""
    others = {" ".join(level.split()).lower(): level for place, level in enumerate(category.levels) if place not in unseen}
    for place in unseen:
        if (meant := others.get(" ".join(category.levels[place].split()).lower())) is not None:
            return f"write '{category.levels[place]}' and '{meant}' alike: they differ in spaces or capitals only"
    return "widen the pool or join levels"


def _persons(persons: NDArray[Any], file: str) -> list[Problem]:
    _seen, place, counts = np.unique(persons.astype(str) if persons.dtype.kind == "O" else persons, return_inverse=True, return_counts=True)
    twice = int(np.count_nonzero(counts > 1))
    if twice == 0:
        return []
    rows = np.flatnonzero(counts[place] > 1) + 1
    shown = ", ".join(map(str, rows[:5].tolist())) + (" …" if rows.size > 5 else "")
    why = "a person who stands twice could be compared with themself"
    remedy = "keep one row a person; a participant does not stand in the pool"
    return [
        _problem(
            file,
            "person",
            "duplicated_person",
            f"{'1 person stands' if twice == 1 else f'{twice} persons stand'} more than once: rows {shown}",
            remedy,
            why,
        )
    ]
