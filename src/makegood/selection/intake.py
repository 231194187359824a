"""Intake against the plan, a forecast to its end with an interval, and when somebody is warned.

The forecast takes starts as events that come at a steady pace (a Poisson process). Of its pace we know what was seen:
with n starts in T days and Jeffreys' prior, the starts of the next U days follow a negative binomial distribution
with r = n + 1/2 and p = T / (T + U). See Gelman and others, Bayesian Data Analysis, third edition, sections 2.6 and 2.8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from scipy import stats

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_tracks import IntakePlan
from makegood.programme.term import InTwoLanguages
from makegood.selection.words import Code, both, of
from makegood.values.parsing import Duration


@dataclass(frozen=True)
class Forecast:
    """Starts by the end of intake: those so far, and those to come within bounds that hold with chance `level`."""

    so_far: int
    days_seen: int
    days_left: int
    expected: float
    low: int
    high: int
    level: float
    planned: float | None
    """Starts that were planned by the end of intake."""
    chance_of_plan: float | None
    """The chance that intake reaches the plan by its end."""


@dataclass(frozen=True)
class Warned:
    """A rule of the programme file that asks for attention, and why in words."""

    rule: Literal["starts_below", "forecast_below_plan", "site_silent"]
    site: str | None
    says: InTwoLanguages


def planned_by(plan: IntakePlan, day: date, *, site: str | None = None) -> float:
    """Starts planned before `day`: those of a site, or where none is named those of all together.

    Rows that name sites add up to the whole where no row stands for all.
    """
    rows = [row for row in plan.intake if row.site == site]
    if site is None and not rows:
        rows = plan.intake
    planned = 0.0
    for row in rows:
        passed = (min(max(day, row.from_), row.until) - row.from_).days
        planned += float(row.starts) * passed / (row.until - row.from_).days
    return planned


def forecast(
    starts: Iterable[date],
    *,
    intake_from: date,
    intake_until: date,
    as_of: date,
    over: Duration | None = None,
    planned: float | None = None,
    level: float = 0.95,
) -> Forecast:
    """Starts by the day before `intake_until`, as of the end of a day.

    `over` is how far back the pace is looked at; absent, from the beginning of intake. Starts after `as_of` do not
    count.
    """
    tomorrow = as_of + timedelta(days=1)
    counted = sorted(day for day in starts if day <= as_of)
    begin = intake_from
    if over is not None:
        begin = max(begin, tomorrow - (over.after(tomorrow) - tomorrow))
    seen = max((min(tomorrow, intake_until) - begin).days, 0)
    left = max((intake_until - max(tomorrow, intake_from)).days, 0)
    so_far = len(counted)
    recent = sum(begin <= day < intake_until for day in counted)
    if left == 0:
        low = high = 0
        expected = 0.0
        missing_chance = None if planned is None else float(so_far >= planned)
    else:
        # Without a day seen nothing is known of the pace; a day stands for it, so that the bounds are wide.
        coming = stats.nbinom(recent + 0.5, max(seen, 1) / (max(seen, 1) + left))
        low, high = (int(coming.ppf(edge)) for edge in ((1 - level) / 2, (1 + level) / 2))
        expected = float(coming.mean())
        missing_chance = None if planned is None else float(coming.sf(_ceiling(planned) - so_far - 1))
    return Forecast(so_far, seen, left, so_far + expected, so_far + low, so_far + high, level, planned, missing_chance)


def _ceiling(value: float) -> int:
    return -int(-value // 1)


def early_warnings(
    delivery: Delivery,
    *,
    starts: Iterable[date],
    last_informed: Mapping[str, date],
    intake_from: date,
    intake_until: date,
    as_of: date,
) -> list[Warned]:
    """Every rule of `plan/early_warning` that asks for attention on a day.

    `last_informed`: site -> the last day on which a candidate was informed there, by `as_of`.
    """
    plan = delivery.plan
    rules = plan.early_warning if plan else None
    if plan is None or rules is None:
        return []
    counted = [day for day in starts if day <= as_of]
    seen = forecast(
        counted,
        intake_from=intake_from,
        intake_until=intake_until,
        as_of=as_of,
        over=plan.forecast_over,
        planned=planned_by(plan, intake_until),
    )
    found: list[Warned] = []
    running = intake_from <= as_of < intake_until and (rules.not_before is None or as_of >= rules.not_before.after(intake_from))
    so_far = planned_by(plan, as_of + timedelta(days=1))
    if running and rules.starts_below is not None and so_far and len(counted) < float(rules.starts_below) * so_far:
        found.append(Warned("starts_below", None, _below(len(counted), so_far)))
    chance = seen.chance_of_plan
    if running and rules.forecast_below_plan is not None and chance is not None and chance < float(rules.forecast_below_plan):
        found.append(Warned("forecast_below_plan", None, _unlikely(seen)))
    if rules.site_silent_for is not None and intake_from <= as_of < intake_until:
        for name, site in delivery.recruits_from.sites.items():
            ended = (site.until is not None and site.until <= as_of) or (site.retired_on is not None and site.retired_on <= as_of)
            begun = max(site.from_ or intake_from, intake_from)
            since = max(last_informed.get(name, begun), begun)
            if not ended and rules.site_silent_for.after(since) <= as_of:
                weeks = (as_of - since).days // 7
                found.append(Warned("site_silent", name, _silent(site.title, weeks, never=name not in last_informed)))
    return found


def _below(starts: int, planned: float) -> InTwoLanguages:
    share = round(100 * starts / planned)
    return InTwoLanguages(
        en=f"{starts} started, {planned:.0f} were planned by now: {share}% of the plan.",
        nl=f"{starts} gestart, {planned:.0f} waren er nu gepland: {share}% van het plan.",
    )


def _unlikely(seen: Forecast) -> InTwoLanguages:
    chance, planned = seen.chance_of_plan or 0, f"{seen.planned or 0:.0f}"
    small = chance < 0.01
    return InTwoLanguages(
        en=f"If people keep starting as lately, intake ends with {seen.low} to {seen.high} starts, and {planned} were planned. "
        f"The chance to reach that is {'less than 1%' if small else f'about {100 * chance:.0f}%'}.",
        nl=f"In het tempo van de laatste tijd eindigt de instroom met {seen.low} tot {seen.high} starts, en er waren er {planned} "
        f"gepland. De kans om dat te halen is {'minder dan 1%' if small else f'ongeveer {100 * chance:.0f}%'}.",
    )


def _silent(title: InTwoLanguages, weeks: int, *, never: bool) -> InTwoLanguages:
    def say(code: Code) -> str:
        name = of(title, code)
        if code == "nl":
            return f"{name}: al {weeks} weken is niemand voorgelicht" + (", en nog nooit iemand." if never else ".")
        return f"{name}: nobody has been informed for {weeks} weeks" + (", and nobody ever was." if never else ".")

    return both(say)
