"""The words of `world.yaml`: what an invented world must meet and what it assumes, typed and checked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from makegood.programme.scalars import Day, Name, Number, Text, Whole, Yes
from makegood.values.parsing import number

Rate = Annotated[float, BeforeValidator(lambda word: float(number(word)))]
Share = Annotated[Rate, Field(ge=0, le=1)]
Weight = Annotated[Rate, Field(ge=0, le=1e9)]
Count = Annotated[Whole, Field(ge=0, le=1_000_000)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]


MONTHS_BEFORE = 24
"""Months before the last detention over which work and benefit are known."""


class Words(BaseModel):
    """Frozen, and no word that the generator does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Between(Words):
    """A whole number from `least` to `most`, both included."""

    least: Count
    most: Count

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            raise ValueError(f"least ({self.least}) is more than most ({self.most})")
        return self


class Intake(Words):
    """First and last index date, and how long before it a person is engaged."""

    first: Day
    last: Day
    engaged_not_before: Day
    engaged_days_before: Between


class Stay(Words):
    """Index dates and whole months between index date and leaving, for one published class of one group."""

    group: Code
    code: Code
    index_from: Day
    index_to: Day
    least: Count
    most: Count
    left: Literal["before", "after"]


class Association(Words):
    """How one variable goes with hidden traits, missing blocks or an earlier variable; see `traits`."""

    variable: Code
    block: Code | None = None
    latent: Code | None = None
    loading: Annotated[Rate, Field(ge=-1, le=1)] = 0.0
    after: Code | None = None
    ranks: tuple[Code, ...] = ()
    first: tuple[Code, ...] = ()
    last: tuple[Code, ...] = ()


class Profile(Words):
    """Codes that so many people of a group have together, as the text says beside the tables."""

    group: Code
    people: Count
    codes: dict[Code, Code] = Field(min_length=1)


class History(Words):
    """How a published class of work looks in dated records."""

    code: Code
    pattern: Literal["none_yet", "one_job", "intermittent", "constant"]
    around: Annotated[Whole, Field(ge=1, le=120)]
    takers: Share = 1.0
    part_time: Share = 0.0
    education: Yes = False
    started: Yes = True
    """No: these people were selected and never took part; they are compared all the same."""


class Work(Words):
    """The variable that says what work somebody had, and a history for each of its codes."""

    variable: Code
    hours: Annotated[Whole, Field(ge=16, le=60)]
    contracts: dict[Code, Count] = Field(min_length=1)
    histories: tuple[History, ...]


class Model(Words):
    """Intercept and slopes on background; never under `floor`."""

    floor: Rate
    intercept: Rate
    months_worked_before: Rate
    prior_detentions: Rate
    age_less_35: Rate
    born_elsewhere: Rate


class Planted(Words):
    """The answer that an evaluation should find, and the rules that are the same for everybody."""

    months_with: Count
    months_without: Count
    months_outside_support: Count
    months_model: Model
    reconviction_model: Model
    benefit_model: Model


class OutsideSupport(Words):
    """Participants whom nobody in the pool resembles: how many, and what sets them apart."""

    people: Count
    prior_detentions: Between


class Background(Words):
    """What is drawn about somebody before the index date."""

    detention_days: Between
    prior_detentions: dict[Count, Weight] = Field(min_length=1)
    worked_before: Share
    months_worked_before: Between
    on_benefit_before: Share
    months_benefit_before: Between

    @model_validator(mode="after")
    def _within_two_years(self) -> Self:
        for months in (self.months_worked_before, self.months_benefit_before):
            if months.most > MONTHS_BEFORE:
                raise ValueError(f"{months.most} months do not fit into the {MONTHS_BEFORE} before detention; write fewer")
        return self


class Pool(Background):
    """The comparison pool: how many, how many of them close to a participant, and what the others are like."""

    size: Count
    similar: Share
    ages: Between
    female: Share
    born_elsewhere: Share
    most_prior_detentions: Count
    municipality: dict[Code, Weight] = Field(min_length=1)
    offence_type: dict[Code, Weight] = Field(min_length=1)


class WomenWhere(Words):
    """The code of a variable that only women have: it decides where the register does not know the sex."""

    variable: Code
    code: Code


class Backgrounds(Words):
    """Both arms."""

    women_where: WomenWhere
    participants: Background
    pool: Pool


class LostFromView(Words):
    """Whose registers stop before the window ends."""

    participants: Count
    pool: Share


class Sources(Words):
    """The register that each kind of record comes from."""

    employment: Code
    benefit: Code
    detention: Code
    education: Code
    housing: Code
    reconviction: Code


class Records(Words):
    """Sources and habits of the registers."""

    sources: Sources
    reconviction_metric: Name
    detained_again: Share
    lost_from_view: LostFromView
    unstable_homes: tuple[Code, ...]


class Commitment(Words):
    """The whole investment."""

    amount: Annotated[Number, Field(ge=0)]
    on: Day
    source: Text


class Investment(Words):
    """Who commits, and when they draw; equal parts."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    commitment: Commitment
    investors: tuple[Name, ...] = Field(min_length=1)
    receiver: Name
    drawings: tuple[Day, ...] = Field(min_length=1)


class Specification(Words):
    """A whole `world.yaml`."""

    world: Name
    cohort: Name
    status_on: Day
    observed_until: Day
    window_months: Whole = Field(ge=6, le=120)
    groups: dict[Code, Count] = Field(min_length=1)
    intake: Intake
    stays: tuple[Stay, ...]
    assumed_splits: dict[Code, dict[Code, tuple[Count, ...]]]
    associations: tuple[Association, ...]
    profiles: tuple[Profile, ...] = ()
    work: Work
    planted: Planted
    outside_support: OutsideSupport
    background: Backgrounds
    records: Records
    money: Investment
    assumptions: tuple[Text, ...]

    @model_validator(mode="after")
    def _it_can_be_lived(self) -> Self:
        days: list[tuple[str, date, date]] = [("intake/last", self.intake.first, self.intake.last)]
        days += [(f"stays/{stay.group}/{stay.code}", stay.index_from, stay.index_to) for stay in self.stays]
        for where, start, end in days:
            if end < start:
                raise ValueError(f"{where}: the end {end} comes before the start {start}")
        if not 0 <= self.outside_support.people < self.people:
            raise ValueError(f"outside_support: {self.outside_support.people} of {self.people} people leaves nobody to compare")
        return self

    @property
    def people(self) -> int:
        """All participants."""
        return sum(self.groups.values())
