"""Time in figures: days that have a name, time that has passed, and factors that grow with it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from makegood.programme.scalars import Number
from makegood.programme.term import Term
from makegood.values.parsing import day
from makegood.values.problem import nearest

MOMENTS = {
    "contract_start": "the calendar's `starts_on`",
    "contract_end": "its `ends_on`",
    "intake_start": "the first day of intake, of the fact's cohort where it has its own",
    "intake_end": "the first day without intake, likewise",
    "period_start": "the first day of the fact's period",
    "period_end": "the first day after it",
    "fact": "the day of the outcome; for results the last day of their period, else of their observation",
    "termination": "the day on which the contract ended early",
    "settlement": "the day of settlement",
}
"""Days with a name -> what they are. A moment that does not exist makes the figure unknown."""


def moment(word: Any) -> date | str:
    """A date, or the name of a moment. Raises ValueError with the remedy in its text."""
    if isinstance(word, date) or (isinstance(word, str) and word in MOMENTS):
        return word
    if isinstance(word, str) and word[:1].isalpha():
        raise ValueError(f"'{word}' is not a moment; {nearest(word, MOMENTS)}")
    return day(word)


Moment = Annotated[
    date | str,
    BeforeValidator(moment),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"enum": list(MOMENTS)}], "description": "a date or a named moment"}),
]
Unit = Literal["days", "weeks", "months", "years"]


class Growth(Term):
    """A factor that grows by `yearly` with time `since` a moment `until` another, compounding.

    It grows with each whole year (`in: years`), or with each whole month or day of a year of 365 days. To discount,
    divide by it: the `ratio` of an amount and its growth is its present value.
    """

    yearly: Number
    """The growth of one year, as in 6%; negative where it shrinks."""
    since: Moment
    """From when time is counted."""
    until: Moment = "fact"
    """Until when."""
    in_: Literal["years", "months", "days"] = Field("years", alias="in")
    """Which whole units of time let it grow."""


class Elapsed(Term):
    """Time `since` a moment `until` another, never below 0: whole `days`, `weeks` or `months`, or `years` of 365 days."""

    since: Moment
    """The first day."""
    until: Moment = "fact"
    """The day until which time is counted, itself not."""
    in_: Unit = Field("years", alias="in")
    """The unit of time."""
