"""Columns of text or Parquet types as exact integers: days since 1970-01-01, and decimals times a power of ten."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from makegood.cases.column_file import FileTable, as_words, spelled_out
from makegood.cases.compiled import run
from makegood.cases.identity import buffers_of
from makegood.values.parsing import day
from makegood.values.problem import Problem

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
FIRST_DAY = (date.min - date(1970, 1, 1)).days
LAST_DAY = (date.max - date(1970, 1, 1)).days
RUNNING = 2**31 - 2
"""The end of a period that still runs, later than any day."""
HOUR_DIGITS = 4
"""Hours per week are whole ten-thousandths of an hour: 36.6667 is 366667."""
VALUE_DIGITS = 6
"""Observed values are whole millionths."""
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_NUMBER = r"^[+-]?\d{1,18}(\.\d{1,18})?$"


def words(table: FileTable, column: str, problems: list[Problem], *, needed: bool = True) -> pa.Array:
    """A column of identifiers or codes as text (or codes of words). Empty cells of a needed column are problems."""
    if not check_words(table, column, problems):
        return pa.nulls(table.rows, pa.string())
    values = as_words(table.columns[column])
    if not needed:
        return values
    if not table.is_text and _has_empty(values):
        plain = spelled_out(values)
        values = pc.if_else(pc.equal(pc.binary_length(plain), 0), pa.scalar(None, plain.type), plain)
    if values.null_count:
        rows = np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))
        problems += table.refuse(rows, column, "empty_cell", f"'{column}' is empty", "Without it the row says nothing", "write it")
        values = spelled_out(values).fill_null("")
    return values


def identifiers(table: FileTable, column: str, problems: list[Problem]) -> pa.Array:
    """A column of identifiers: whole numbers as such, anything else as text. Empty cells are problems."""
    if pa.types.is_integer(table.columns.types[column]) and not table.columns[column].null_count:
        return table.columns[column].cast(pa.int64())
    return spelled_out(words(table, column, problems))


def check_words(table: FileTable, column: str, problems: list[Problem]) -> bool:
    """Whether a column can hold words, by its type; it is not read. If not, that is a problem."""
    kind = table.columns.types[column]
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_integer, pa.types.is_null)
    if any(test(kind) for test in tests):
        return True
    what = f"column '{column}' holds {kind}"
    problems.append(Problem(table.where(0, column), "wrong_type", what, "An identifier or a code is text", "write it as text"))
    return False


def _has_empty(values: pa.Array) -> bool:
    """Whether an empty text stands there, or nothing at all."""
    listed = values.dictionary if pa.types.is_dictionary(values.type) else values
    if not len(listed):
        return False
    found = np.zeros(1, np.int64)
    run(count_empty, size=len(listed), rows=len(listed), given=(buffers_of(listed)[0],), added=(found,))
    return bool(found[0])


def count_empty(a: int, b: int, at: Any, found: Any) -> None:
    """How many of the texts a..b have no length."""
    empty = 0
    for row in range(a, b):
        empty += at[row] == at[row + 1]
    found[0] += empty


def code_of_words(values: pa.Array, known: tuple[str, ...]) -> tuple[npt.NDArray[np.int8], bool]:
    """The place of each word in `known`, -1 where it is not known; and whether all of them are."""
    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    places = np.array([known.index(word) if word in known else -1 for word in coded.dictionary.to_pylist()] or [-1], np.int8)
    indices = coded.indices if not coded.null_count else coded.indices.fill_null(len(places))
    codes, strange = np.empty(len(values), np.int8), np.zeros(1, np.int64)
    given = (indices.to_numpy(zero_copy_only=False), np.append(places, np.int8(-1)))
    run(look_up_codes, size=len(codes), rows=len(codes), given=given, written=(codes,), added=(strange,))
    return codes, not strange[0]


def look_up_codes(a: int, b: int, index: Any, place: Any, codes: Any, strange: Any) -> None:
    """The code of each index, and how many have none."""
    unknown = 0
    for row in range(a, b):
        codes[row] = place[index[row]]
        unknown += codes[row] < 0
    strange[0] += unknown


def days(table: FileTable, column: str, problems: list[Problem], *, empty: int | None = None) -> Int32:
    """A column of ISO dates as days since 1970-01-01; `empty` stands for no date, None: a date is needed.

    Timestamps of Parquet are taken when they stand at midnight. What is no day of the calendar is a problem.
    """
    values = table.columns[column]
    remedy = "write year-month-day, as in 2016-05-01"
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = _dates_of_text(table, values, column, problems)
    elif pa.types.is_timestamp(values.type) or pa.types.is_date64(values.type):
        day = pc.floor_temporal(values, unit="day") if pa.types.is_timestamp(values.type) else values
        off = np.flatnonzero(pc.not_equal(day, values).fill_null(False).to_numpy(zero_copy_only=False))
        problems += table.refuse(off, column, "not_a_date", "'{value}' has a time of day", "A period runs by days", remedy)
        values = day.cast(pa.timestamp(values.type.unit) if pa.types.is_timestamp(values.type) else values.type).cast(pa.date32())
    elif pa.types.is_null(values.type):
        values = pa.nulls(table.rows, pa.date32())
    elif not pa.types.is_date32(values.type):
        problems.append(Problem(table.where(0, column), "wrong_type", f"column '{column}' holds {values.type}", "", remedy))
        return np.zeros(table.rows, np.int32)
    if empty is None and values.null_count:
        rows = np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))
        if not any(problem.where.path.endswith(column) and problem.code == "not_a_date" for problem in problems):
            problems += table.refuse(
                rows, column, "empty_cell", f"'{column}' is empty", "Without it the row says nothing", "write the date"
            )
    numbers = values.cast(pa.int32())
    filled, beyond_calendar = _filled(numbers, 0 if empty is None else empty)
    if beyond_calendar:
        beyond = pc.or_(pc.less(numbers, FIRST_DAY), pc.greater(numbers, LAST_DAY)).fill_null(False)
        rows = np.flatnonzero(beyond.to_numpy(zero_copy_only=False))
        problems += table.refuse(rows, column, "not_a_date", "'{value}' is not a day of the calendar", "", remedy)
    return filled


def _filled(numbers: pa.Array, empty: int) -> tuple[Int32, bool]:
    """Day numbers with `empty` where there is none, and whether one lies beyond the calendar."""
    bounds, size = np.array([FIRST_DAY, LAST_DAY], np.int32), len(numbers)
    days, beyond = buffer_of(numbers, np.int32), np.zeros(1, np.int64)
    if not numbers.null_count:
        run(count_beyond, size=size, rows=size, given=(days, bounds), added=(beyond,))
        return days, bool(beyond[0])
    given = (days, presence_of(numbers), numbers.offset, empty, bounds)
    days = np.empty(size, np.int32)
    run(fill_days, size=size, rows=size, given=given, written=(days,), added=(beyond,))
    return days, bool(beyond[0])


def count_beyond(a: int, b: int, numbers: Any, bounds: Any, beyond: Any) -> None:
    """How many of the days a..b lie beyond the bounds."""
    first, last = bounds[0], bounds[1]
    outside = 0
    for row in range(a, b):
        outside += (numbers[row] < first) | (numbers[row] > last)
    beyond[0] += outside


def fill_days(a: int, b: int, numbers: Any, present: Any, offset: int, empty: int, bounds: Any, days: Any, beyond: Any) -> None:
    """Days of rows a..b, `empty` where none is present; how many lie beyond the bounds."""
    first, last = bounds[0], bounds[1]
    outside = 0
    for row in range(a, b):
        bit = row + offset
        here = (present[bit >> 3] >> (bit & 7)) & 1
        day = numbers[row] if here else empty
        days[row] = day
        outside += here & ((day < first) | (day > last))
    beyond[0] += outside


def buffer_of(values: pa.Array, kind: Any) -> npt.NDArray[Any]:
    """The values of a column of numbers without a copy, anything where there is none."""
    data = values.buffers()[1]
    return np.frombuffer(data, kind)[values.offset : values.offset + len(values)] if len(values) else np.zeros(0, kind)


def presence_of(values: pa.Array) -> npt.NDArray[np.uint8]:
    """The bits that say where a value is present, from the beginning of its buffer; empty: everywhere."""
    bits = values.buffers()[0] if values.null_count else None
    return np.zeros(0, np.uint8) if bits is None else np.frombuffer(bits, np.uint8)


def _dates_of_text(table: FileTable, values: pa.Array, column: str, problems: list[Problem]) -> pa.Array:
    """ISO dates from text; whatever is none becomes null and a problem."""
    shaped = pc.match_substring_regex(values, _DATE)
    bad = pc.invert(shaped.fill_null(True)).to_numpy(zero_copy_only=False)
    try:
        if not bad.any():
            return values.cast(pa.date32())
    except pa.ArrowInvalid:
        pass
    dates = [None if word is None else _date_or_none(word) for word in values.to_pylist()]
    wrong = [row for row, (word, date) in enumerate(zip(values.to_pylist(), dates, strict=True)) if word is not None and date is None]
    problems += table.refuse(
        wrong, column, "not_a_date", "'{value}' is not a day of the calendar", "", "write year-month-day, as in 2016-05-01"
    )
    return pa.array(dates, pa.date32())


def _date_or_none(word: str) -> Any:
    try:
        return day(word)
    except ValueError:
        return None


def scaled(
    table: FileTable, column: str, problems: list[Problem], *, digits: int, most: int, empty: int
) -> tuple[Int64, npt.NDArray[np.bool_]]:
    """A column of decimals as whole numbers times 10^digits, and which of them had to be rounded (half up, away from zero).

    Text, integers and Parquet decimals are read exactly; a float is read as the decimal nearest to it with so many
    digits. `most` bounds the magnitude in units; beyond it, or where no number stands, there is a problem.
    """
    values = table.columns[column]
    factor = 10**digits
    none = np.zeros(table.rows, np.bool_)
    if pa.types.is_null(values.type):
        return np.full(table.rows, empty, np.int64), none
    missing = np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_) if values.null_count else none
    if pa.types.is_floating(values.type):
        floats = buffer_of(values if pa.types.is_float64(values.type) else values.cast(pa.float64()), np.float64)
        whole = np.empty(table.rows, np.int64)
        rounded, wrong = np.empty(table.rows, np.bool_), np.empty(table.rows, np.bool_)
        given = (floats, missing, float(factor), float(most), empty)
        run(scale_floats, size=table.rows, rows=table.rows, given=given, written=(whole, rounded, wrong))
    elif (
        pa.types.is_dictionary(values.type)
        or pa.types.is_string(values.type)
        or pa.types.is_large_string(values.type)
        or pa.types.is_integer(values.type)
        or pa.types.is_decimal(values.type)
    ):
        whole, rounded, wrong = _exactly(values, factor, most)
        wrong &= ~missing
        whole[missing] = empty
        rounded &= ~missing
    else:
        problems.append(Problem(table.where(0, column), "wrong_type", f"column '{column}' holds {values.type}", "", "write a number"))
        return np.full(table.rows, empty, np.int64), none
    if wrong.any():
        remedy = f"write digits with a point for decimals, at most {most:,} in size"
        problems += table.refuse(np.flatnonzero(wrong), column, "not_a_number", "'{value}' is not a number here", "", remedy)
    return whole, rounded


def scale_floats(
    a: int,
    b: int,
    floats: Any,
    missing: Any,
    factor: float,
    most: float,
    empty: int,
    whole: Any,
    rounded: Any,
    wrong: Any,
) -> None:
    """Floats as whole multiples of 1 / factor, nearest to them (`empty` where one is missing); which are rounded; which
    are no number or beyond `most`.
    """
    for row in range(a, b):
        value = floats[row]
        if missing[row]:
            whole[row], rounded[row], wrong[row] = empty, False, False
            continue
        if not -most <= value <= most:  # no number compares with nothing
            whole[row], rounded[row], wrong[row] = 0, False, True
            continue
        exact = value * factor
        near = int(exact + 0.5) if exact >= 0 else -int(0.5 - exact)
        whole[row] = near
        rounded[row] = abs(exact - near) > 1e-6 * max(1.0, abs(near) * 1e-6)
        wrong[row] = False


def _exactly(values: pa.Array, factor: int, most: int) -> tuple[Int64, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whole multiples, which were rounded, which are no number; distinct spellings are read once each, as Decimal."""
    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    words_ = coded.dictionary.to_pylist()
    whole = np.zeros(len(words_) + 1, np.int64)
    rounded = np.zeros(len(words_) + 1, np.bool_)
    wrong = np.zeros(len(words_) + 1, np.bool_)
    for place, word in enumerate(words_):
        if isinstance(word, str):
            if not re.fullmatch(_NUMBER[1:-1], word.strip()):
                wrong[place] = True
                continue
            exact = Decimal(word.strip())
        else:
            exact = Decimal(word)
        if abs(exact) > most:
            wrong[place] = True
            continue
        nearest_whole = (exact * factor).to_integral_value(ROUND_HALF_UP)
        whole[place] = int(nearest_whole)
        rounded[place] = nearest_whole != exact * factor
    index = coded.indices.fill_null(len(words_)).to_numpy(zero_copy_only=False)
    return whole[index], rounded[index], wrong[index]
