"""What is recorded in codes: contacts, other help, decisions otherwise, contracts taken back, coordination, usual care."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from makegood.programme.scalars import Day, Name, OneOrMore, Whole, Yes
from makegood.programme.term import Term, Words


class RecordedCode(Term):
    """A code that is recorded and means no more than its words."""

    title: Words
    """What people call it."""
    retired_on: Day | None = None
    """Cannot be chosen from this day; set by an amendment."""


class ContactKind(Term):
    """A kind of contact with a candidate or participant, or about them."""

    title: Words
    """What people call it."""
    one_tap: OneOrMore[Whole] = []
    """The minutes for which it is recorded with one tap, without typing; from 1 to 1440."""
    retired_on: Day | None = None
    """Cannot be chosen from this day; set by an amendment."""


class OtherHelp(Term):
    """A kind of help that may run beside the programme."""

    title: Words
    """What people call it."""
    local_programme: Yes = False
    """yes: it is a programme of the municipality, chosen from its directory."""
    retired_on: Day | None = None
    """Cannot be chosen from this day; set by an amendment."""


class OverrideReason(Term):
    """Why somebody decides otherwise than the criteria or the advice say."""

    title: Words
    """What people call it."""
    retired_on: Day | None = None
    """Cannot be chosen from this day; set by an amendment."""


class ContractWithdrawal(Term):
    """Why a signed contract is taken back before the start.

    With `exits` the candidate leaves, and each list keeps its own reason; without, the candidate may sign again.
    """

    title: Words
    """What people call it."""
    exits: dict[Name, Name] = {}
    """For each list of reasons: the one that is recorded; absent: the candidate stays on the way, back at the contract."""
    retired_on: Day | None = None
    """Cannot be chosen from this day; set by an amendment."""


class CoordinationStatus(Term):
    """How far the municipality is involved with one candidate."""

    title: Words
    """What people call it."""
    means: Literal["not_known", "known", "agreed"]
    """`not_known`: nobody was spoken with, and no municipality need be known; `known`: it knows the candidate; `agreed`: something
    is agreed with somebody there."""
    retired_on: Day | None = None
    """Cannot be chosen from this day; set by an amendment."""


class Coordination(Term):
    """How work for one candidate is coordinated with the municipality."""

    statuses: dict[Name, CoordinationStatus] = Field(min_length=1)
    """How far it may be involved."""
    with_roles: dict[Name, RecordedCode] = {}
    """The tasks at the municipality of whoever is spoken with; never a name."""


class UsualCareKind(Term):
    """Something that a municipality may do without the programme."""

    title: Words
    """What people call it."""
    alone: Yes = False
    """yes: it cannot be said together with another, as *none of these* and *not known*."""
    retired_on: Day | None = None
    """Cannot be chosen from this day; set by an amendment."""


class UsualCare(Term):
    """What municipalities do for the same people without the programme: recorded for each municipality and year."""

    asks: Words
    """The question, as people read it above the choices."""
    kinds: dict[Name, UsualCareKind] = Field(min_length=1)
    """What a municipality may do."""
    sources: dict[Name, RecordedCode] = Field(min_length=1)
    """Who or what may say so."""
