"""The terms of measurement as whole numbers, so that every engine compares the same integers at a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from makegood.cases.spells import KINDS
from makegood.cases.typed import HOUR_DIGITS
from makegood.programme.measured import Measured
from makegood.values.problem import Problem, Refused, Where, nearest

AVERAGE_HOURS, CONTRACT_HOURS, ANY_DAY = 0, 1, 2
Unknown = Literal["not_counted", "counted", "left_out"]
Value = Literal["total", "mean", "share"]


@dataclass(frozen=True)
class MonthMetric:
    """A metric of months: which spells, and when a month counts.

    AVERAGE_HOURS: (sum of hours x days) x `per` >= `need` x days of the month, hours in ten-thousandths.
    CONTRACT_HOURS: (days with at least `hours`) x `per` >= `need` x days of the month. ANY_DAY: days >= `need`.
    """

    metric: str
    kind: str
    way: int
    hours: int
    need: int
    per: int
    window: int
    unknown: Unknown
    value: Value

    @property
    def kind_code(self) -> int:
        """The kind's place among the kinds of spell."""
        return KINDS.index(self.kind)


@dataclass(frozen=True)
class ClassMetric:
    """A metric of persons whose counted months of `base` lie from `at_least` to `at_most`."""

    metric: str
    base: str
    at_least: int
    at_most: int
    window: int
    unknown: Unknown
    value: Value


@dataclass(frozen=True)
class ObservedMetric:
    """A metric taken from the observations named `observed`."""

    metric: str
    observed: str
    take: Literal["count", "any", "sum", "mean", "first", "last", "change"]
    window: int
    unknown: Unknown
    value: Value


AnyMetric = MonthMetric | ClassMetric | ObservedMetric


@dataclass(frozen=True)
class Rules:
    """All metrics of a measurement, each under its name, in the order of the terms."""

    months: tuple[MonthMetric, ...]
    classes: tuple[ClassMetric, ...]
    observed: tuple[ObservedMetric, ...]
    order: tuple[str, ...]
    window: int
    """The longest window of any metric, in months."""
    absent: Mapping[str, str] = field(default_factory=dict)
    """Metrics that cannot be measured from the records that were given, and why."""

    def all(self) -> tuple[AnyMetric, ...]:
        """Every metric, in the order of the terms."""
        several: tuple[AnyMetric, ...] = (*self.months, *self.classes, *self.observed)
        every = {rule.metric: rule for rule in several}
        return tuple(every[name] for name in self.order)


def rules_of(metrics: Mapping[str, Measured], *, window_months: int | None, file: str = "") -> Rules:
    """Whole-number rules from terms. Raises Refused where terms do not fit each other or cannot be exact."""
    months: list[MonthMetric] = []
    classes: list[ClassMetric] = []
    observed: list[ObservedMetric] = []
    problems: list[Problem] = []
    for name, terms in metrics.items():
        window = terms.window_months or window_months
        where = Where(file, 0, f"outcome_metrics/{name}/measured")
        if terms.class_of is not None:
            base = metrics.get(terms.class_of)
            if base is None or base.months_of is None:
                months_metrics = [other for other, their in metrics.items() if their.months_of is not None]
                what = f"class_of names '{terms.class_of}', which is no metric of months here"
                problems.append(
                    Problem(where, "class_of_nothing", what, "A class is read from counted months", nearest(terms.class_of, months_metrics))
                )
                continue
            window = base.window_months or window_months
        if window is None:
            problems.append(
                Problem(
                    where,
                    "no_window",
                    "it is not said how many months are observed",
                    "",
                    "write observation_months under calendar, or window_months here",
                )
            )
            continue
        if terms.months_of is not None:
            try:
                months.append(_month_metric(name, terms, window))
            except ValueError as error:
                problems.append(Problem(where, "not_exact", str(error), "Engines must agree at a threshold", "write fewer decimals"))
        elif terms.class_of is not None:
            most = window if terms.at_most is None else terms.at_most
            classes.append(ClassMetric(name, terms.class_of, terms.at_least or 0, most, window, terms.unknown, terms.value))
        elif terms.observed is not None and terms.take is not None:
            observed.append(ObservedMetric(name, terms.observed, terms.take, window, terms.unknown, terms.value))
    if not metrics:
        problems.append(
            Problem(
                Where(file, 0, "outcome_metrics"), "nothing_measured", "no metric says how it is measured", "", "add `measured` to a metric"
            )
        )
    if problems:
        raise Refused(problems)
    every: list[AnyMetric] = [*months, *classes, *observed]
    return Rules(tuple(months), tuple(classes), tuple(observed), tuple(metrics), max(rule.window for rule in every))


def measurable(rules: Rules, *, spells: bool, observations: bool) -> Rules:
    """Those rules whose records were given. No file is not the same as nothing happened. Raises Refused if none is left."""
    of_spells: tuple[AnyMetric, ...] = (*rules.months, *rules.classes)
    absent = {} if spells else {rule.metric: "no spells were given" for rule in of_spells}
    if not observations:
        absent |= {rule.metric: "no observations were given" for rule in rules.observed}
    left = tuple(name for name in rules.order if name not in absent)
    if not left:
        what = "; ".join(f"{name}: {why}" for name, why in absent.items())
        raise Refused([Problem(Where("", 0, "records"), "nothing_to_measure", what, "", "give --spells or --observations")])
    return replace(
        rules,
        months=rules.months if spells else (),
        classes=rules.classes if spells else (),
        observed=rules.observed if observations else (),
        order=left,
        absent=absent,
    )


def _month_metric(name: str, terms: Measured, window: int) -> MonthMetric:
    rule, kind = terms.counts_when, terms.months_of
    if rule is None or kind is None:
        raise ValueError("months_of and counts_when go together")
    way, hours, need, per = ANY_DAY, 0, 0, 1
    if rule.average_hours is not None:
        exact = Fraction(rule.average_hours) * 10**HOUR_DIGITS
        way, need, per = AVERAGE_HOURS, exact.numerator, exact.denominator
        if per > 10**4:
            raise ValueError("average_hours has more than eight decimals")
    elif rule.contract_hours is not None and rule.on_share_of_days is not None:
        exact, share = Fraction(rule.contract_hours) * 10**HOUR_DIGITS, Fraction(rule.on_share_of_days)
        way, hours, need, per = CONTRACT_HOURS, -(-exact.numerator // exact.denominator), share.numerator, share.denominator
        if per > 10**9:
            raise ValueError("on_share_of_days has more than nine decimals")
    elif rule.any_day is not None:
        need = rule.any_day
    return MonthMetric(name, kind, way, hours, need, per, window, terms.unknown, terms.value)
