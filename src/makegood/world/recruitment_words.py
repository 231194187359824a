"""The words of `recruitment.yaml`: how people came from a list to a start in an invented world, typed and checked."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from makegood.programme.scalars import Day, Text, Whole, Yes
from makegood.world.specification import Between, Code, Count, Share, Weight, Words

Weights = Annotated[dict[Code, Weight], Field(min_length=1)]


class SiteWords(Words):
    """One place of recruitment: how many were on its list, and when it recruited."""

    name: Text
    listed: Count
    from_: Day = Field(alias="from")
    until: Day | None = None
    women: Yes = False
    """yes: a place for women; everywhere else candidates are men."""


class Pair(Words):
    """How many of those selected left with this reason of the provider and that of the prison service."""

    provider: Code
    prison_service: Code
    people: Count


class LeavesAt(Words):
    """Reason -> steps by weight, of each list."""

    provider: dict[Code, Weights]
    prison_service: dict[Code, Weights]


class PermissionWords(Words):
    """How long answers of municipalities take, before and after a day."""

    slow_until: Day
    slow: Between
    usual: Between
    deadline: Count
    reminders: tuple[Count, ...]
    several_asked: Count


class ReleaseWords(Words):
    """How often a release date is changed, by how many days, and who says so."""

    changed: Share
    by_days: Between
    sources: tuple[Code, ...] = Field(min_length=1)


class StaffWords(Words):
    """How many of those who act have to be invented."""

    counsellors: Annotated[Whole, Field(ge=1, le=1000)]


class RecruitmentWords(Words):
    """A whole `recruitment.yaml`."""

    listed: Count
    listed_and_started: Count
    selected: Count
    first_list: Day
    last_list: Day
    sites: dict[Code, SiteWords] = Field(min_length=1)
    site_of: dict[Code, Code]
    pairs: tuple[Pair, ...]
    leaves_at: LeavesAt
    after_release: tuple[Code, ...]
    days: dict[Code, Between]
    contract_after_acquaintance_from: Day
    permission: PermissionWords
    channels: Weights
    release: ReleaseWords
    staff: StaffWords
    counsellor_answers: tuple[Code, ...]
    spelled_otherwise: Share
    assumptions: tuple[Text, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.last_list < self.first_list or self.first_list.day != 1 or self.last_list.day != 1:
            raise ValueError("first_list and last_list are the first day of a month, in their order")
        on_sites = sum(site.listed for site in self.sites.values())
        if on_sites != self.listed:
            raise ValueError(f"the sites add up to {on_sites}, {self.listed} were listed")
        unknown = sorted(set(self.site_of.values()) - set(self.sites))
        if unknown:
            raise ValueError(f"site_of: there is no site '{unknown[0]}'")
        for name, site in self.sites.items():
            if site.until is not None and site.until <= site.from_:
                raise ValueError(f"sites/{name}: until {site.until} does not come after from {site.from_}")
        return self


STEPS = (
    "list_drawn_up",
    "list_sent",
    "list_checked",
    "informed",
    "questionnaire",
    "talk",
    "permission_asked",
    "acquaintance",
    "contract_signed",
    "started",
)
"""The steps that the generator knows how to date, in the order in which the published procedure has them."""
