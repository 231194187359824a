"""The steps of one candidate: which comes next, with which reasons somebody may leave, and when things are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_people import EndDate
from makegood.programme.delivery_steps import Permission, Step
from makegood.values.parsing import Duration


def next_step(delivery: Delivery, done: str | None) -> str | None:
    """The step after `done` in the order in force; the first where nothing was done, None after the last."""
    if done is None:
        return delivery.order[0]
    following = delivery.order[delivery.order.index(done) + 1 :]
    return following[0] if following else None


def reasons_at(delivery: Delivery, step: str, *, on: date) -> dict[str, tuple[str, ...]]:
    """List of reasons -> the codes with which a candidate may leave at this step on a day, in the order of the list.

    Codes that are retired by then, and codes for imported history only, cannot be chosen.
    """
    between = step not in (delivery.order[0], delivery.order[-1])
    found = {}
    for name, listing in delivery.reasons.items():
        here = {*delivery.steps[step].exits.get(name, ()), *(delivery.exits_at_any_step.get(name, ()) if between else ())}
        codes = [
            code
            for code, reason in listing.reasons.items()
            if code in here and not reason.history_only and (reason.retired_on is None or on < reason.retired_on)
        ]
        if codes:
            found[name] = tuple(codes)
    return found


def due_on(step: Step, *, step_before_on: date, end_date: date | None) -> date | None:
    """When a step is due: so long after the step before it, and no later than so long before the end date."""
    days = [step.deadline.after(step_before_on)] if step.deadline is not None else []
    if step.before_end_date is not None and end_date is not None:
        days.append(_before(end_date, step.before_end_date))
    return min(days, default=None)


@dataclass(frozen=True)
class AskedFor:
    """The dates of a request for permission."""

    due_on: date
    remind_on: tuple[date, ...]


def asked_for(permission: Permission, *, asked_on: date) -> AskedFor:
    """When an answer is due, and when somebody is reminded."""
    return AskedFor(permission.deadline.after(asked_on), tuple(sorted(after.after(asked_on) for after in permission.reminders)))


TimeLeft = Literal["in_time", "short", "late", "past", "not_known"]


def time_left(rules: EndDate, *, end_date: date | None, on: date) -> TimeLeft:
    """How a candidate stands to the end date: `short` below the limit of warning, `late` below what preparation needs.

    An end date that is not known is said to be so; it is never taken as far away.
    """
    if end_date is None:
        return "not_known"
    if end_date < on:
        return "past"
    if rules.needed is not None and rules.needed.after(on) > end_date:
        return "late"
    return "short" if rules.warn_below.after(on) > end_date else "in_time"


def _before(day: date, span: Duration) -> date:
    """The day so long before: exact for days and weeks, the same number of days as the months after `day` otherwise."""
    return day - (span.after(day) - day) if span.unit in ("month", "year") else day - timedelta(days=(span.after(day) - day).days)
