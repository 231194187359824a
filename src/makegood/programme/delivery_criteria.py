"""Who may take part and who needs help: what is known of a candidate, and criteria that answer yes, no or unknown."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from makegood.programme.delivery_people import StaffRole
from makegood.programme.scalars import Day, Name, Names, Number, OneOrMore, Yes
from makegood.programme.term import Term, Words

AnswerSource = Literal["self", "counsellor", "case_manager", "file"]


class ItemChoice(Term):
    """One of the answers that an item may have."""

    title: Words
    """What people call it."""
    no_answer: Yes = False
    """yes: whoever answers so says that it cannot be said; a criterion is then unknown."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""


class Item(Term):
    """One thing that is asked or registered of a candidate and that a criterion or a need for support looks at.

    The code of an item that is asked in an instrument is the name of its question there, and its choices are the
    choices of that question. Any item may also be `refused`, `not_asked` or `not_known`; a criterion is then unknown.
    An item with `several` answers or with `asked_if` shows needs for support; no criterion can look at it.
    """

    title: Words
    """What people call it."""
    answer: Literal["choice", "several", "yes_or_no", "number"]
    """What an answer is: one of the choices, one or more of them, yes or no, a number."""
    choices: dict[Name, ItemChoice] = {}
    """The answers to choose from, from low to high where they have an order."""
    unit: Words | None = None
    """The unit of a number."""
    asked_in: Name | None = None
    """The instrument that asks it; absent: it stands in the list or register."""
    asked_if: Name | None = None
    """The yes-or-no item with which is asked whether this may be asked: after a no it counts as refused, whatever was said before."""
    from_: OneOrMore[AnswerSource] = Field(["file"], alias="from")
    """Who may be the source of the answer."""
    retired_on: Day | None = None
    """No longer asked from this day; set by an amendment."""

    @model_validator(mode="after")
    def _choices_belong_to_a_choice(self) -> Self:
        if (self.answer in ("choice", "several")) != bool(self.choices):
            raise ValueError("`choices` stand with `answer: choice` and `answer: several`, and only there")
        return self


class SupportNeed(Term):
    """Something with which a candidate may need help, as the answers show it. It keeps nobody out and is no diagnosis.

    One of the answers under `shown_by` is enough. Without one, an item that has no answer leaves the need unknown:
    refused, not asked and not known stay apart from no need.
    """

    title: Words
    """What it is, as it is read after *Needs help with*."""
    shown_by: dict[Name, Names] = Field(min_length=1)
    """For each item: the answers that show the need."""
    retired_on: Day | None = None
    """No longer shown from this day; set by an amendment."""


class MeasuredElsewhere(Term):
    """Something that one would expect among the questions and that is measured elsewhere: nobody fills it in here, not even in part."""

    title: Words
    """What people call it."""
    measured_by: Words
    """Who measures it, and from which record."""
    why: Words
    """Why it is not asked here."""


class Need(Term):
    """What must be so for a criterion to be met. Exactly one of:

    an `item` with the answers it may have (`is`) or the edges between which its number lies; another `criterion`,
    as it is written, whether it is still in force or not; `all_of`, `any_of` or `none_of` several. What is not known
    makes it unknown, unless the rest decides it: of `any_of` one yes is enough, of `all_of` one no.
    """

    item: Name | None = None
    """The item that is looked at."""
    is_: Names | None = Field(None, alias="is")
    """The answers with which it is met."""
    from_: Number | None = Field(None, alias="from")
    """At least this number."""
    above: Number | None = None
    """More than this number."""
    below: Number | None = None
    """Less than this number."""
    up_to: Number | None = None
    """At most this number."""
    criterion: Name | None = None
    """Another criterion that is met."""
    all_of: list[Need] | None = Field(None, min_length=1)
    """Every one of them."""
    any_of: list[Need] | None = Field(None, min_length=1)
    """At least one of them."""
    none_of: list[Need] | None = Field(None, min_length=1)
    """Not one of them."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [way for way in (self.item, self.criterion, self.all_of, self.any_of, self.none_of) if way is not None]
        if len(ways) != 1:
            raise ValueError("a need is exactly one of: item, criterion, all_of, any_of, none_of")
        edges = [edge for edge in (self.from_, self.above, self.below, self.up_to) if edge is not None]
        if self.item is None and (self.is_ is not None or edges):
            raise ValueError("`is`, `from`, `above`, `below` and `up_to` say something of an `item`")
        if self.item is not None and (self.is_ is not None) == bool(edges):
            raise ValueError("an item is asked by `is`, or by edges: from or above, below or up_to")
        if (self.from_ is not None and self.above is not None) or (self.below is not None and self.up_to is not None):
            raise ValueError("an edge stands once: from or above, below or up_to")
        low = self.from_ if self.from_ is not None else self.above
        high = self.below if self.below is not None else self.up_to
        if low is not None and high is not None and (low > high or (low == high and (self.above is not None or self.below is not None))):
            raise ValueError(f"nothing lies between {low} and {high}")
        return self


class Criterion(Term):
    """A question about a candidate that is answered yes, no or unknown, with the missing answers.

    `requires`: only who meets it may take part. `excludes`: who meets it may not. `advises`: it keeps nobody out and
    advises the track that it names. `describes`: nothing follows from it alone; other criteria refer to it.
    """

    title: Words
    """What people call it, as a statement that is true of whoever meets it."""
    effect: Literal["requires", "excludes", "advises", "describes"]
    """What follows from a yes."""
    when: Need
    """When it is met."""
    track: Name | None = None
    """For `advises`: the track."""
    may_change: Yes = False
    """yes: what speaks against a candidate may pass, so the candidate is looked at again later."""
    from_: Day | None = Field(None, alias="from")
    """In force from this day; absent: from the start."""
    retired_on: Day | None = None
    """No longer in force from this day; set by an amendment."""

    @model_validator(mode="after")
    def _a_track_is_advised(self) -> Self:
        if (self.effect == "advises") != (self.track is not None):
            raise ValueError("`track` stands with `effect: advises`, and only there")
        return self


class CriteriaList(Term):
    """Criteria that one party drew up and applies: the prison service's list, the programme guide."""

    title: Words
    """What people call the list."""
    applied_by: OneOrMore[StaffRole]
    """Who looks whether a candidate meets them."""
    criteria: dict[Name, Criterion] = Field(min_length=1)
    """The criteria; a code stands once in all lists together."""


Need.model_rebuild()
