"""Who acts in the delivery of a programme, where candidates are recruited, and how somebody is reached afterwards."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from makegood.programme.delivery_recorded import RecordedCode
from makegood.programme.scalars import Day, Name, TimeSpan, Whole, Yes
from makegood.programme.term import Term, Words

StaffRole = Literal[
    "coordinator",
    "head_office",
    "counsellor",
    "lead",
    "municipal_contact",
    "probation_officer",
    "agency_contact",
    "candidate",
]
OrganisationKind = Literal["prison", "prison_service", "provider", "municipality", "probation", "agency"]


class Duty(Term):
    """What somebody in a role does, and in which kind of organisation."""

    title: Words
    """What people call the role in this programme."""
    organisation: OrganisationKind | None = None
    """The kind of organisation in which the role is held; absent for the candidate."""
    does: Words
    """What the role does, in a sentence for somebody who begins in it."""


class Site(Term):
    """A place where candidates are recruited: a prison, a youth team."""

    title: Words
    """What people call it."""
    from_: Day | None = Field(None, alias="from")
    """The first day on which it recruits; absent: from the start of intake."""
    until: Day | None = None
    """The first day on which it no longer recruits."""
    retired_on: Day | None = None
    """No longer a site from this day; set by an amendment."""


class Channel(Term):
    """A way in which candidates hear of the programme."""

    title: Words
    """What people call it."""
    minutes: Whole | None = None
    """The time that one candidate takes, for budgets."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""


class ContactRoute(Term):
    """A way to reach a participant after the end date."""

    title: Words
    """What people call it."""
    telephone: Yes = False
    """yes: it is a telephone number or an e-mail address; other words lead to nobody and are not taken for it."""
    of_another: Yes = False
    """yes: it is of somebody else than the participant, whose name is asked with it."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""


class ContactRules(Term):
    """How participants are reached after the end date, and when somebody is warned that there is no way to do so."""

    routes: dict[Name, ContactRoute] = Field(min_length=1)
    """The ways that there are, the best first."""
    at_least: Whole = Field(1, ge=1)
    """How many ways must be known of each participant."""
    warn_before: TimeSpan
    """How long before the end date the counsellor is warned where they are not."""
    first_appointment_within: TimeSpan | None = None
    """How soon after the end date the first appointment is."""


class EndDateCorrection(Term):
    """Why another end date is recorded than the one that was known."""

    title: Words
    """What people call it."""
    not_known: Yes = False
    """yes: the date is not known any more; recorded without a date."""
    retired_on: Day | None = None
    """Cannot be chosen from this day; set by an amendment."""


class EndDate(Term):
    """The date to which a candidate's preparation counts down, and what is too late for it.

    In a prison it is the release, in youth care the day on which somebody leaves care.
    """

    title: Words
    """What people call the date."""
    warn_below: TimeSpan
    """A warning where less time than this remains and the candidate has not signed."""
    needed: TimeSpan | None = None
    """The least time that talks and preparation need; with less, a candidate is late."""
    sources: dict[Name, RecordedCode] = {}
    """Who may say that the date is another one."""
    corrections: dict[Name, EndDateCorrection] = {}
    """Why the date may be another one; with `sources`, so that a correction has both. Absent: it cannot be corrected."""
