"""A measurement's folder, opened to be looked into: its files are those that `makegood measure` wrote, or it is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from makegood.values.fingerprint import sha256_of
from makegood.values.problem import Problem, Refused, Where

if TYPE_CHECKING:
    import pyarrow as pa

PROVENANCE = "provenance.json"
MONTHS, RESULTS, SPELLS, OBSERVATIONS, COVERAGE = (
    f"{name}.parquet" for name in ("person_months", "person_results", "spells", "observations", "coverage")
)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class MeasuredFolder:
    """What was measured, person by person, as far as it was kept."""

    path: Path
    provenance: Mapping[str, Any]
    _tables: dict[str, pa.Table] = field(default_factory=dict, repr=False)

    @property
    def metrics(self) -> Mapping[str, Any]:
        """Each metric's rule, window and clause."""
        return self.provenance.get("metrics", {})  # type: ignore[no-any-return]

    def has(self, name: str) -> bool:
        """Whether this measurement wrote such a file."""
        return name in self.provenance.get("files", {})

    def rows(self, name: str, **equal: str) -> list[Row]:
        """Rows of a file whose columns have these values; none where the file was not written."""
        if not self.has(name):
            return []
        import pyarrow.compute as pc  # noqa: PLC0415 - only where somebody looks

        table = self.table(name)
        for column, value in equal.items():
            if column in table.column_names:
                table = table.filter(pc.equal(table[column], value))
        return table.to_pylist()  # type: ignore[no-any-return]

    def table(self, name: str) -> pa.Table:
        """A file as it was written. Raises Refused when it has been changed or is gone."""
        if name not in self._tables:
            import pyarrow as pa  # noqa: PLC0415 - only where somebody looks

            from makegood.cases.parquet import read_parquet  # noqa: PLC0415

            self._tables[name] = read_parquet(pa.BufferReader(_checked(self.path / name, self.provenance["files"][name])))
        return self._tables[name]


def open_measured(path: Path, *, sha256: str | None = None) -> MeasuredFolder:
    """Open a folder; `sha256` is what its provenance.json must be. Raises Refused when it is none, or another."""
    where = path / PROVENANCE
    try:
        content = where.read_bytes()
        provenance = json.loads(content)
        if not isinstance(provenance, dict) or "engine" not in provenance:
            raise ValueError("another file")
    except (OSError, ValueError):
        what = "there is no readable provenance.json in this folder"
        remedy = "name a folder that `makegood measure --out` wrote"
        raise Refused([Problem(Where(str(path)), "no_provenance", what, "", remedy)]) from None
    if sha256 is not None and sha256_of(content) != sha256:
        what = "this is another measurement than the one that was settled"
        remedy = "name the folder that was settled, or settle this one"
        raise Refused([Problem(Where(str(where)), "other_measurement", what, "Its months are not those that were paid", remedy)])
    return MeasuredFolder(path, provenance)


def check_results(path: Path, provenance: Mapping[str, Any]) -> None:
    """Refuse results that are not those that the measurement wrote."""
    expected = provenance.get("files", {}).get("results.csv")
    if expected is not None:
        _checked(path / "results.csv", expected)


def _checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError:
        raise Refused([Problem(Where(str(path)), "no_such_file", "there is no such file any more", "", "measure again")]) from None
    if sha256_of(content) != sha256:
        what, why = "this file has been changed since it was measured", "A result that nobody measured must not be paid"
        remedy = "measure again; a correction belongs into the records"
        raise Refused([Problem(Where(str(path)), "changed_file", what, why, remedy)])
    return content
