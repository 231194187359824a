"""How an agreement changes and ends: amendments, the exit plan, disputes."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from makegood.programme.scalars import Day, Name, Text, TimeSpan, Yes
from makegood.programme.term import Term, Words


class Change(Term):
    """One term that changes. `term` is its path; `was` must agree with the text it replaces.

    `was` and `becomes` replace a value; `added` brings a term that was not there; `retired: yes` ends a named term
    on the amendment's date: its code stays, facts before that date keep it.
    """

    term: Text
    was: Any = None
    becomes: Any = None
    added: Any = None
    retired: Yes = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum((self.becomes is not None, self.added is not None, self.retired)) != 1:
            raise ValueError("a change is one of: was and becomes, added, retired: yes")
        if (self.was is None) != (self.becomes is None):
            raise ValueError("`was` and `becomes` go together, so that the reader sees what is replaced")
        return self


class Amendment(Term):
    """A dated layer over the terms: in force `from` a day, with its reason, expected effect and review date."""

    from_: Day = Field(alias="from")
    agreed_on: Day | None = None
    agreed_by: list[Name] = []
    reason: Text
    expected_effect: Text
    review_on: Day
    changes: list[Change] = Field(min_length=1)


class ExitCase(Term):
    """What happens when the contract ends early by this event: money, people, data."""

    title: Words
    what_happens: Words
    people: Words
    """What happens to those who are taking part."""
    notice: TimeSpan | None = None


class Termination(Term):
    """The contract ended early: by which event of the exit plan, on which day."""

    event: Name
    on: Day


class Disputes(Term):
    """Who decides about a disputed figure, within which time, and how a recalculation is done."""

    within: TimeSpan
    decided_by: Words
    recalculation: Words
