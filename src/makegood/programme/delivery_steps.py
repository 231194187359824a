"""From list to start: the steps, the reasons for which somebody leaves, instruments, and who must permit."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from makegood.programme.delivery_people import OrganisationKind, StaffRole
from makegood.programme.scalars import Day, Name, Names, OneOrMore, Text, TimeSpan, Whole, Yes
from makegood.programme.term import Term, Words


class Reason(Term):
    """A reason for which a candidate does not start. A code retires and never vanishes: old records keep it."""

    title: Words
    """What people call it."""
    group: Literal["criteria_related", "motivation_related", "circumstances", "not_known"]
    """The kind of reason."""
    history_only: Yes = False
    """yes: stands in imported history and cannot be chosen for a new exit."""
    retired_on: Day | None = None
    """Cannot be chosen from this day; set by an amendment."""


class ReasonList(Term):
    """The reasons as one organisation records them. Two organisations may record different reasons for one exit."""

    title: Words
    """What people call the list."""
    kept_by: OrganisationKind
    """The kind of organisation that keeps it."""
    reasons: dict[Name, Reason] = Field(min_length=1)
    """The reasons."""


class Instrument(Term):
    """A questionnaire or form: an XLSForm file beside the programme file."""

    title: Words
    """What people call it."""
    file: Text
    """The XLSForm file, from the folder of the programme file."""
    filled_in_by: OneOrMore[StaffRole]
    """Who answers its questions."""
    consents: dict[Name, Literal["permission", "supervision", "work"]] = {}
    """For each yes-or-no question about sharing: what a yes allows. `permission` to ask the municipality, `supervision` to work
    together with probation, `work` to look for work with an agency."""
    consents_until: Name | None = None
    """The question with the last day of these consents, if it asks one."""
    objections: dict[Name, Literal["provider", "evaluator"]] = {}
    """For each yes-or-no question about who may know the candidate: to whom a no closes the file. It is closed at once, and open
    again when the form is finished with a yes. A provider has no sight of the file before this form is finished."""
    contact_routes: Name | None = None
    """The question which ways to keep contact there are, answered with codes of `contact/routes`. Once the form is finished they
    stand ready to be kept."""
    first_appointment: Name | None = None
    """The question for the day of the first appointment after the end date; once the form is finished it stands ready."""
    retired_on: Day | None = None
    """No longer taken from this day; set by an amendment."""

    @model_validator(mode="after")
    def _stays_beside_the_programme(self) -> Self:
        parts = self.file.split("/")
        if self.file.startswith("/") or ".." in parts or "\\" in self.file or not self.file.endswith(".xlsx"):
            raise ValueError("the file of an instrument lies beside the programme file and ends in .xlsx, as in instruments/screening.xlsx")
        return self


StartNeed = Literal["end_date", "first_appointment", "contact_routes"]
"""What must be true of somebody before they have started."""


class Step(Term):
    """One step on the way from list to start: who acts, by when, and with which reasons somebody may leave there.

    `kind` says what the step is, so that software can show what belongs to it: `list` (drawn up by criteria), `send`,
    `check`, `inform`, `questionnaire`, `talk`, `permission`, `acquaintance`, `contract`, `start`.
    """

    title: Words
    """What people call it."""
    task: Words | None = None
    """What is to be done, in two or three words, for a list of who waits for it; absent: `title`, which says that it is done."""
    kind: Literal["list", "send", "check", "inform", "questionnaire", "talk", "permission", "acquaintance", "contract", "start"]
    """What it is."""
    acts: OneOrMore[StaffRole]
    """Who may do it; the first is the one whose task it is."""
    does: Words
    """What is done, in a sentence for who does it for the first time."""
    deadline: TimeSpan | None = None
    """How long after the step before it is due."""
    before_end_date: TimeSpan | None = None
    """How long before the end date it is due at the latest."""
    criteria: Names = []
    """The lists of criteria that are looked at here."""
    instruments: Names = []
    """The instruments that are filled in here. The step waits until each is finished; one that a later step names too is finished
    there, and here waits for the candidate's own answers."""
    exits: dict[Name, Names] = {}
    """For each list of reasons: those with which a candidate may leave here. A reason is required at every exit."""
    bulk: Yes = False
    """yes: may be done for many candidates at once."""
    start_needs: OneOrMore[StartNeed] = []
    """For the step of kind `start`: without what nobody has started. `end_date`: it is known, and its day has come;
    `first_appointment`: the first one after it is recorded as kept; `contact_routes`: as many ways to keep contact as
    `contact/at_least` says."""
    minutes: Whole | None = None
    """The time that one candidate takes, for budgets."""


class Permission(Term):
    """Somebody outside who must permit that a candidate takes part."""

    title: Words
    """What people call it."""
    asked_of: Literal["municipal_contact", "probation_officer"]
    """Who permits."""
    asked_by: StaffRole
    """Who asks."""
    needed_before: Name
    """The step that cannot be done without it."""
    deadline: TimeSpan
    """How long after the request an answer is due."""
    reminders: OneOrMore[TimeSpan] = []
    """How long after the request somebody is reminded."""
    named_in: Name | None = None
    """The question in which the candidate writes who it is, in own words; absent: no form asks it."""
    when_unknown: Literal["ask_several", "wait"] = "wait"
    """Where it is not known who must permit: ask several at the same time, or wait until it is known."""
    from_: Day | None = Field(None, alias="from")
    """Needed from this day on; absent: from the start."""
    retired_on: Day | None = None
    """No longer needed from this day; set by an amendment."""
