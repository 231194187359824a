"""The forms of a file of persons: CSV, Parquet, SPSS (.sav) and Stata (.dta), each into an Arrow table."""
# ruff: noqa: PLC0415 (each reader is loaded when a file of its form comes, so that a small run starts at once)

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from makegood.values.problem import Problem, Where, nearest

FORMATS = {".csv": "CSV", ".parquet": "Parquet", ".sav": "SPSS", ".dta": "Stata"}


def columns_in(path: Path) -> tuple[list[str], list[Problem]]:
    """The names of a file's columns, or the problems that keep it closed."""
    if path.suffix.lower() not in FORMATS:
        remedy = "use " + ", ".join(f"{extension} ({name})" for extension, name in FORMATS.items())
        what = f"'{path.suffix.lower() or path.name}' is no file form that is read here"
        return [], [Problem(Where(str(path)), "unknown_format", what, "", remedy)]
    names, problems = _opened(path, _column_names)
    return names or [], problems


def open_table(path: Path, *, wanted: Mapping[str, str]) -> tuple[Any, list[Problem]]:
    """The wanted columns (name -> `number`, `category` or `person`) as an Arrow table, or None and the problems.

    A CSV column of numbers that does not parse comes back as text, so that the caller can name the wrong values. A
    category of an SPSS or Stata file comes back as its value labels, since codes may differ from file to file.
    """
    file = str(path)
    names, problems = columns_in(path)
    if problems:
        return None, problems
    if path.suffix.lower() == ".csv" and (problem := _no_table(path, names, wanted=wanted)):
        return None, [problem]
    doubled = sorted({name for name in names if names.count(name) > 1} & set(wanted))
    problems = [
        Problem(Where(file, 0, name), "column_twice", f"the column '{name}' stands twice", "", "keep one of the two") for name in doubled
    ] + [
        Problem(Where(file, 0, name), "missing_column", f"there is no column '{name}'", "", nearest(name, names))
        for name in wanted
        if name not in names
    ]
    return (None, problems) if problems else _opened(path, lambda path: _columns(path, wanted=wanted))


def _no_table(path: Path, names: list[str], *, wanted: Mapping[str, str]) -> Problem | None:
    """A CSV file without a header, or whose columns stand apart by another sign than a comma."""
    where = Where(str(path))
    if not names:
        return Problem(where, "empty_file", "the file is empty", "", "write a header with the names of the columns, and one row a person")
    if len(names) == 1 and len(wanted) > 1:
        for sign, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if sign in names[0]:
                remedy = "save it as CSV with commas, and with a point for decimals"
                return Problem(where, "other_separator", f"its columns stand apart by {called}, not commas", "", remedy)
    return None


def _opened(path: Path, read: Callable[[Path], Any]) -> tuple[Any, list[Problem]]:
    where, form = Where(str(path)), FORMATS[path.suffix.lower()]
    try:
        return read(path), []
    except UnicodeDecodeError:
        what = f"it is not readable as {form}: its letters are not written as UTF-8"
        return None, [Problem(where, "unreadable_form", what, "", "save it as CSV UTF-8 from the program that made it")]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        what = f"it is not readable as {form}: {str(error).splitlines()[0]}"
        return None, [Problem(where, "unreadable_form", what, "", "save it again from the program that made it")]
    except Exception as error:  # pyreadstat raises its own error without a public base class
        if type(error).__module__.split(".")[0] != "pyreadstat":
            raise
        return None, [Problem(where, "unreadable_form", f"it is not readable as {form}: {error}", "", "save it again")]


def _column_names(path: Path) -> list[str]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        import csv

        with path.open(encoding="utf-8-sig", newline="") as handle:
            return next(csv.reader(handle), [])
    if suffix == ".parquet":
        import pyarrow.parquet as pq

        return list(pq.read_schema(path).names)
    import pyreadstat

    reader = pyreadstat.read_sav if suffix == ".sav" else pyreadstat.read_dta
    return list(reader(str(path), metadataonly=True, output_format="dict")[1].column_names)


def _columns(path: Path, *, wanted: Mapping[str, str]) -> Any:
    suffix, names = path.suffix.lower(), list(wanted)
    if suffix == ".csv":
        from pyarrow import csv

        typed = {name: pa.float64() if kind == "number" else pa.string() for name, kind in wanted.items()}
        empty = ["", "NA", "nan", "NaN"]
        try:
            return csv.read_csv(path, convert_options=_converting(csv, typed, names, empty))
        except pa.ArrowInvalid:
            return csv.read_csv(path, convert_options=_converting(csv, dict.fromkeys(names, pa.string()), names, empty))
    if suffix == ".parquet":
        from makegood.cases.parquet import read_parquet

        return read_parquet(path, columns=names)
    import pyreadstat

    reader = pyreadstat.read_sav if suffix == ".sav" else pyreadstat.read_dta
    data, meta = reader(str(path), usecols=names, output_format="dict")
    columns = {}
    for name, kind in wanted.items():
        values = np.asarray(data[name]).tolist()
        labels = meta.variable_value_labels.get(name)
        if labels and kind == "category":
            values = [_labelled(value, labels) for value in values]
        columns[name] = pa.array(values, from_pandas=True)
    return pa.table(columns)


def _labelled(value: Any, labels: Mapping[Any, str]) -> str | None:
    """The label of a value; a value without one as it stands, nothing where it is missing."""
    if value is None or value != value or value == "":  # noqa: PLR0124 (not a number differs from itself)
        return None
    if value in labels:
        return labels[value]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _converting(csv: Any, typed: Mapping[str, Any], names: Iterable[str], empty: list[str]) -> Any:
    return csv.ConvertOptions(column_types=dict(typed), include_columns=list(names), null_values=empty, strings_can_be_null=True)
