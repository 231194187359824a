"""Extra months over time: what participants had more than those matched with them, by month observed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from makegood.report.months_over_time import COUNTED, MONTHS
from makegood.report.targets import Against, Mark
from makegood.values.problem import Problem, Refused, Where

PAIRS = ("treated", "control", "weight")
NEAR = Decimal("0.01")
"""A settled effect has few decimals: for each participant the picture may differ by so much of a month."""


@dataclass(frozen=True)
class ExtraCounts:
    """Counted months of the matched participants less those of their controls, by month of the window, added up."""

    metric: str
    participants: int
    by_month: tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True)
class ExtraOverTime:
    """The same with the name of the settled figure and its targets. `shown`: the figure as it was settled on."""

    title: str
    shown: str
    points: tuple[tuple[int, Decimal], ...]
    marks: tuple[Mark, ...]
    participants: int


def read_extra_months(folder: Path, pairs: Path) -> tuple[ExtraCounts, ...]:
    """From a measurement that kept the months of both arms and who was matched with whom (`compare --pairs`).

    Raises Refused where the pairs cannot be read or the months of somebody in them were not kept.
    """
    import pyarrow as pa  # noqa: PLC0415 - only where this is shown
    import pyarrow.csv as pacsv  # noqa: PLC0415

    from makegood.cases.parquet import read_parquet  # noqa: PLC0415

    try:
        made = pacsv.read_csv(pairs, convert_options=pacsv.ConvertOptions(column_types={"treated": pa.string(), "control": pa.string()}))
        rows = made.select(list(PAIRS)).to_pylist()
    except (OSError, KeyError, pa.ArrowInvalid) as error:
        what = f"these are no pairs that can be read: {error}"
        raise Refused([Problem(Where(str(pairs)), "no_pairs", what, "", "name the file that `makegood compare --pairs` wrote")]) from None
    if not (folder / MONTHS).is_file():
        what = "this measurement kept no months of persons"
        raise Refused([Problem(Where(str(folder)), "no_months", what, "Nothing could be drawn", "measure again with --details all")])
    months = read_parquet(folder / MONTHS, columns=["metric", "person", "month", "state"])
    return tuple(_added_up(str(metric), rows, months, pairs) for metric in sorted(set(months["metric"].to_pylist())))


def _added_up(metric: str, pairs: Sequence[Mapping[str, object]], months: object, file: Path) -> ExtraCounts:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    assert isinstance(months, pa.Table)  # noqa: S101
    own = months.filter(pc.equal(months["metric"], metric))
    counted: dict[str, set[int]] = {}
    for row in own.to_pylist():
        counted.setdefault(row["person"], set())
        if row["state"] == COUNTED:
            counted[row["person"]].add(int(row["month"]))
    missing = {str(row[side]) for row in pairs for side in ("treated", "control")} - set(counted)
    if missing:
        what = f"the months of {len(missing)} persons in it were not kept, such as '{min(missing)}'"
        raise Refused([Problem(Where(str(file)), "no_months", what, "", "measure again with --details all")])
    weights: dict[str, Decimal] = {}
    for row in pairs:
        weights[str(row["treated"])] = weights.get(str(row["treated"]), Decimal(0)) + Decimal(str(row["weight"]))
    total, points = Decimal(0), [(0, Decimal(0))]
    for month in range(1, int(pc.max(own["month"]).as_py()) + 1):
        total += sum(month in counted[person] for person in weights)
        for row in pairs:
            if month in counted[str(row["control"])]:
                total -= Decimal(str(row["weight"])) / weights[str(row["treated"])]
        points.append((month, total))
    return ExtraCounts(metric, len(weights), tuple(points))


def extra_over_time(counts: Sequence[ExtraCounts], targets: Sequence[Against]) -> Iterator[ExtraOverTime]:
    """The counts that come to a figure of the settlement which rests on an effect; others are another comparison's."""
    for against in targets:
        for count in counts:
            last = count.by_month[-1][1]
            if count.metric in against.effects and abs(last - against.value) <= NEAR * count.participants:
                yield ExtraOverTime(against.title, against.shown, count.by_month, against.marks, count.participants)
                break
