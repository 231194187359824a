"""Borders of months: month k runs from index date + (k - 1) months to index date + k months, clipped to a month's end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from makegood.values.problem import Problem, Refused, Where

EPOCH = date(1970, 1, 1)
LAST = (date.max - EPOCH).days


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number, at most the calendar's last."""
    return EPOCH + timedelta(days=min(int(number), LAST))


@dataclass(frozen=True)
class Borders:
    """Borders of months by index day: person p's months lie between day[code[p], k - 1] and day[code[p], k].

    `observed[code]`: how many of the months end on or before the as-of date.
    """

    code: npt.NDArray[np.int32]
    day: npt.NDArray[np.int32]
    observed: npt.NDArray[np.int32]

    @property
    def months(self) -> int:
        """The length of the window."""
        return int(self.day.shape[1]) - 1

    def within(self, months: int) -> Borders:
        """The same persons with a shorter window."""
        return self if months == self.months else Borders(self.code, self.day[:, : months + 1], np.minimum(self.observed, months))


def borders_of(index: npt.NDArray[np.int32], *, months: int, as_of: date, latest: Where) -> Borders:
    """Borders for index days; equal days share a row.

    Raises Refused where a window leaves the calendar; `latest` is the place of the latest index date, which does so first.
    """
    if not len(index):
        return Borders(np.zeros(0, np.int32), np.zeros((0, months + 1), np.int32), np.zeros(0, np.int32))
    low, high = int(index.min()), int(index.max())
    if high - low <= 1_000_000:
        present = np.zeros(high - low + 1, np.bool_)
        present[index - low] = True
        distinct = np.flatnonzero(present) + low
        place = np.cumsum(present, dtype=np.int32) - 1
        code = place[index - low]
    else:
        distinct, inverse = np.unique(index, return_inverse=True)
        code = inverse.astype(np.int32)
    first = distinct.astype("datetime64[D]")
    first_month = first.astype("datetime64[M]")
    in_month = (first - first_month.astype("datetime64[D]")).astype(np.int64)
    day = np.empty((len(distinct), months + 1), np.int32)
    for step in range(months + 1):
        start = (first_month + step).astype("datetime64[D]").astype(np.int64)
        length = (first_month + (step + 1)).astype("datetime64[D]").astype(np.int64) - start
        day[:, step] = start + np.minimum(in_month, length - 1)
    if int(day[:, -1].max()) > LAST:
        what = f"{months} months from {day_of(high).isoformat()} leave the calendar"
        raise Refused([Problem(latest, "beyond_calendar", what, "", "write an index date of this age")])
    observed = (day[:, 1:] <= day_number(as_of)).sum(axis=1).astype(np.int32)
    return Borders(code, day, observed)
