"""How an agreement changes and ends: amendments, the exit plan, disputes."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from makegood.programme.scalars import Day, Name, Text, TimeSpan, Whole, Yes
from makegood.programme.term import Term, Words


class Change(Term):
    """One term that changes. `term` is its path; `was` must agree with the text it replaces.

    `was` and `becomes` replace a value; `added` brings a term that was not there; `retired: yes` ends a named term
    on the amendment's date: its code stays, facts before that date keep it.
    """

    term: Text
    """The path of the term, as in `figures/participants_planned`."""
    was: Any = None
    """What stood there."""
    becomes: Any = None
    """What stands there now."""
    added: Any = None
    """A term that was not there."""
    retired: Yes = False
    """yes: the named term is no longer in use."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum((self.becomes is not None, self.added is not None, self.retired)) != 1:
            raise ValueError("a change is one of: was and becomes, added, retired: yes")
        if (self.was is None) != (self.becomes is None):
            raise ValueError("`was` and `becomes` go together, so that the reader sees what is replaced")
        return self


class Analysis(Term):
    """Who would have come in and who would have stayed out, had changed criteria been in force before."""

    not_made: Yes = False
    """yes: nobody looked; `why` says so, and `makegood check` warns."""
    on: Day | None = None
    """The day of the records that were looked at."""
    assessed: Whole | None = None
    """How many candidates were looked at."""
    would_come_in: Whole | None = None
    """How many were kept out and would not be."""
    would_stay_out: Whole | None = None
    """How many were let in and would not be."""
    not_known: Whole | None = None
    """Of how many it cannot be said."""
    says: Text | None = None
    """What the parties make of it."""

    @model_validator(mode="after")
    def _made_or_not(self) -> Self:
        counts = (self.on, self.assessed, self.would_come_in, self.would_stay_out, self.not_known)
        if self.not_made and (not self.why or any(count is not None for count in counts)):
            raise ValueError("an analysis that was not made says why, and has no counts")
        if not self.not_made and any(count is None for count in counts):
            raise ValueError("an analysis has `on`, `assessed`, `would_come_in`, `would_stay_out` and `not_known`, or says `not_made: yes`")
        return self


class Amendment(Term):
    """A dated layer over the terms: in force `from` a day, with its reason, expected effect and review date.

    Facts before that day are read under the terms that were in force then, unless it `reaches_back`. What a
    settlement asks of the contract as a whole (limits, repayments, named figures) is read as of its day.
    """

    from_: Day = Field(alias="from")
    """The first day on which it is in force."""
    agreed_on: Day | None = None
    """The day of the decision."""
    agreed_by: list[Name] = []
    """The parties that agreed."""
    reason: Words
    """Why the terms change."""
    expected_effect: Words
    """What the parties think will follow."""
    review_on: Day
    """The day on which they look whether it did."""
    reaches_back: Yes = False
    """yes: from that day on, earlier facts are read under it too."""
    analysis: Analysis | None = None
    """Who would have come in or stayed out; required where criteria of selection change."""
    changes: list[Change] = Field(min_length=1)
    """The terms that change."""


class ExitCase(Term):
    """What happens when the contract ends early by this event: money, people, data."""

    title: Words
    """The event."""
    what_happens: Words
    """What becomes of the money."""
    people: Words
    """What happens to those who are taking part."""
    notice: TimeSpan | None = None
    """How long before it must be said."""


class Termination(Term):
    """The contract ended early: by which event of the exit plan, on which day."""

    event: Name
    """The event, by its name in `exit_plan`."""
    on: Day
    """The first day on which the contract no longer runs."""


class Disputes(Term):
    """Who decides about a disputed figure, within which time, and how a recalculation is done."""

    within: TimeSpan
    """How long after a settlement a figure can be disputed."""
    decided_by: Words
    """Who decides."""
    recalculation: Words
    """How a corrected figure is settled."""
