"""Verbs of time: days that have a name, time that has passed, factors that grow with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from makegood.payment.facts import Books
from makegood.payment.node import Node
from makegood.payment.scope import Scope
from makegood.programme.figure import Figure
from makegood.programme.moments import Elapsed, Growth
from makegood.programme.yaml_text import Place
from makegood.values.month import months_between


def elapsed(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    """Time between two moments; unknown where one of them does not exist."""
    assert figure.elapsed is not None  # noqa: S101 - the verb was chosen by it
    since, until = (day_named(moment, scope, books) for moment in (figure.elapsed.since, figure.elapsed.until))
    unit = figure.elapsed.in_
    if since is None or until is None:
        return _no_such_moment(figure.elapsed, since, place, books)
    days = max((until - since).days, 0)
    value = {
        "days": Decimal(days),
        "weeks": Decimal(days // 7),
        "months": Decimal(max(months_between(since, until), 0)),
        "years": Decimal(days) / 365,
    }[unit]
    return Node(f"{unit} from {since} to {until}", value, books.terms.where(place))


def growth(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    """A factor that compounds with time."""
    terms = figure.growth
    assert terms is not None  # noqa: S101 - the verb was chosen by it
    since, until = (day_named(moment, scope, books) for moment in (terms.since, terms.until))
    if since is None or until is None:
        return _no_such_moment(terms, since, place, books)
    months = max(months_between(since, until), 0)
    time, words = {
        "years": (Decimal(months // 12), f"{months // 12} years"),
        "months": (Decimal(months) / 12, f"{months} months"),
        "days": (Decimal(max((until - since).days, 0)) / 365, f"{max((until - since).days, 0)} days"),
    }[terms.in_]
    return Node(f"grown by {terms.yearly * 100:f}% a year for {words}", (1 + terms.yearly) ** time, books.terms.where(place))


def day_named(moment: date | str, scope: Scope, books: Books) -> date | None:
    """The day that a moment means for a scope; None where there is none. See `programme.moments`."""
    if isinstance(moment, date):
        return moment
    programme = books.terms.programme
    calendar, cohort = programme.calendar, programme.cohorts.get(scope.cohort or "")
    ended = books.agreement.on(books.as_of).programme.terminated
    start, end = scope.period or (None, None)
    return {
        "contract_start": calendar.starts_on,
        "contract_end": calendar.ends_on,
        "intake_start": (cohort.intake_from if cohort else None) or calendar.intake_from,
        "intake_end": (cohort.intake_until if cohort else None) or calendar.intake_until,
        "period_start": start,
        "period_end": end,
        "fact": scope.on or books.as_of,
        "termination": ended.on if ended else None,
        "settlement": books.as_of,
    }[moment]


def _no_such_moment(time: Elapsed | Growth, since: date | None, place: Place, books: Books) -> Node:
    missing = time.since if since is None else time.until
    return Node("time", None, books.terms.where(place), note=f"there is no {str(missing).replace('_', ' ')} here")
