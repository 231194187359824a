"""What a measurement finds: months and figures of persons, figures of cohorts, and what is odd in the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from makegood.cases.quality import Quality
from makegood.measurement.rules import Rules

NOT_COUNTED, COUNTED, UNKNOWN, NOT_YET_OBSERVED = 0, 1, 2, 3
STATES = ("not counted", "counted", "unknown", "not yet observed")
MILLION = 10**6


@dataclass(frozen=True)
class Months:
    """The months of one metric, by person (n): how many are counted, unknown, observed of the window.

    states and weeks (shown persons x window): each month's state, and its sum of hours x days in ten-thousandths of
    an hour, or its days that satisfy the rule. `over`: persons with a month beyond 168 hours a week.
    """

    counted: npt.NDArray[np.int32]
    unknown: npt.NDArray[np.int32]
    observed: npt.NDArray[np.int32]
    over: npt.NDArray[np.bool_]
    states: npt.NDArray[np.uint8]
    weeks: npt.NDArray[np.int64]


@dataclass(frozen=True)
class PersonFigures:
    """One metric's value for each subject (people first, then units), exact: value / scale.

    `enters`: whether the subject enters the figure of its cohort; `unknown`: unknown months, or 1 where a class or
    an observed value is not known; `not_yet`: months not yet observed, or 1 where a class is still open.
    """

    value: npt.NDArray[np.int64]
    scale: int
    enters: npt.NDArray[np.bool_]
    unknown: npt.NDArray[np.int32]
    not_yet: npt.NDArray[np.int32]


@dataclass(frozen=True, order=True)
class Key:
    """What a figure is of: the metric, the cohort (with class, payer, phase where asked), the arm."""

    metric: str
    group: tuple[str, ...]
    arm: str


@dataclass(frozen=True)
class CohortFigure:
    """A figure of one cohort and arm, exact. `value` None: nobody enters it.

    `n` persons enter, `left_out` do not because something is unknown; `total` sums their values, `positive` have a
    value above 0. `unknown` and `not_yet` add up over all persons, entered or not.
    The period runs from the first index date to the last window's end (days since 1970); None: units only.
    """

    key: Key
    value: Fraction | None
    n: int
    left_out: int
    total: Fraction
    positive: int
    unknown: int
    not_yet: int
    period_start: int | None
    period_end: int | None


@dataclass(frozen=True)
class Measurement:
    """A measurement: the rules it went by and all that it found. `persons` is empty where an engine kept only figures."""

    engine: str
    engine_version: str
    as_of: date
    by: tuple[str, ...]
    rules: Rules
    figures: tuple[CohortFigure, ...]
    persons: Mapping[str, PersonFigures]
    months: Mapping[str, Months]
    quality: Quality
    inputs: Mapping[str, str]
    terms_sha256: str
    shown: npt.NDArray[np.int64]
    """The persons (places in people) whose months are kept one by one, in the order of the rows of `states`."""

    def figure(self, metric: str, *, cohort: str, arm: str = "programme") -> CohortFigure:
        """The figure of a cohort and arm, where the measurement is by cohort only. Raises KeyError."""
        return next(each for each in self.figures if each.key == Key(metric, (cohort,), arm))


def value_of(kind: str, *, total: Fraction, positive: int, n: int) -> Fraction | None:
    """Total, mean or share of `n` persons; None where there are none."""
    if n == 0:
        return None
    return total if kind == "total" else total / n if kind == "mean" else Fraction(positive, n)
