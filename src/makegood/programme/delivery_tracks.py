"""What participants are offered, and how many were planned by when."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from makegood.programme.scalars import Day, Name, Number, TimeSpan, Whole
from makegood.programme.term import Term, Words


class TrackPhase(Term):
    """A part of a track. Hours and contacts are for one participant."""

    title: Words
    """What is done in it."""
    weeks_at_least: Whole = Field(ge=0)
    """The fewest weeks that it lasts."""
    weeks_at_most: Whole = Field(ge=0)
    """The most weeks that it lasts."""
    contacts_at_least: Whole | None = None
    """The fewest contacts in it."""
    contacts_at_most: Whole | None = None
    """The most contacts in it."""
    contact_hours_a_week: Number | None = None
    """Hours of contact a week."""
    counsellor_hours: Number | None = None
    """Hours of the counsellor in all, with what is done outside contacts."""

    @model_validator(mode="after")
    def _from_few_to_many(self) -> Self:
        for least, most, what in (
            (self.weeks_at_least, self.weeks_at_most, "weeks"),
            (self.contacts_at_least, self.contacts_at_most, "contacts"),
        ):
            if least is not None and most is not None and least > most:
                raise ValueError(f"{what}_at_least {least} is more than {what}_at_most {most}")
        return self


class Track(Term):
    """A form of guidance. Tracks stand from light to intensive: where several are advised, the last of them is."""

    title: Words
    """What people call it."""
    for_whom: Words
    """For whom it is meant, in a sentence."""
    phases: dict[Name, TrackPhase] = Field(min_length=1)
    """Its phases, in their order."""
    retired_on: Day | None = None
    """Nobody starts in it from this day; set by an amendment."""


class PlannedIntake(Term):
    """So many starts in a stretch of time, spread evenly over its days; of one site, or of all together."""

    from_: Day = Field(alias="from")
    """The first day."""
    until: Day
    """The first day after it."""
    starts: Number
    """How many start."""
    site: Name | None = None
    """At this site; absent: at all together."""

    @model_validator(mode="after")
    def _runs(self) -> Self:
        if self.until <= self.from_:
            raise ValueError(f"until {self.until} does not come after from {self.from_}")
        if self.starts < 0:
            raise ValueError("starts is not negative")
        return self


class EarlyWarning(Term):
    """When somebody is told that intake falls behind. Every rule that stands here is looked at on its own."""

    to: Name = "lead"
    """The role that is told."""
    starts_below: Number | None = None
    """Starts so far are below this share of the plan so far."""
    not_before: TimeSpan | None = None
    """Not in the first so many weeks or months of intake, when few starts say little."""
    forecast_below_plan: Number | None = None
    """The chance that intake reaches the plan by its end is below this share."""
    site_silent_for: TimeSpan | None = None
    """A site that recruits has informed nobody for so long."""


class IntakePlan(Term):
    """How many candidates were expected to start, by when, and when to worry."""

    uptake: Number | None = None
    """The share of those on the list that is expected to start."""
    intake: list[PlannedIntake] = Field(min_length=1)
    """The starts that are planned; stretches of the same site do not overlap."""
    forecast_over: TimeSpan | None = None
    """The forecast looks at the starts of the last so many weeks or months; absent: all of them."""
    early_warning: EarlyWarning | None = None
    """When somebody is told."""
