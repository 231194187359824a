"""What is recorded about a candidate or participant in codes: contacts, other help, decisions otherwise, contracts taken back."""

from __future__ import annotations

from makegood.programme.scalars import Day, Name, OneOrMore, Whole, Yes
from makegood.programme.term import Term, Words


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
