"""Requests for permission: whom was asked what, when somebody was reminded, and what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from makegood.world.candidates import Candidate
from makegood.world.chance import stream
from makegood.world.recruitment_plan import Municipality, RecruitmentPlan

REFUSALS = ("no_municipal_consent", "municipality_does_not_agree")


@dataclass(frozen=True)
class Request:
    """A request to one municipality. `answer` is empty while it is open; `withdrawn` where the candidate had left."""

    candidate: str
    municipality: Municipality
    asked_on: date
    due_on: date
    reminded_on: tuple[date, ...]
    answered_on: date | None
    answer: Literal["granted", "refused", "does_not_live_here", "withdrawn", ""]
    conditions: str


def requests(everybody: Sequence[Candidate], plan: RecruitmentPlan, *, seed: int) -> Iterator[Request]:
    """The requests for everybody who came so far, in the order of the candidates."""
    asked = [one for one in everybody if "permission_asked" in one.steps or one.left_at == "permission_asked"]
    rng = stream(seed, "permissions")
    several = {one.candidate for one in rng.sample(asked, min(plan.words.permission.several_asked, len(asked)))}
    for one in sorted(asked, key=lambda one: one.candidate):
        yield from _of(one, plan, several=one.candidate in several, seed=seed)


def _of(one: Candidate, plan: RecruitmentPlan, *, several: bool, seed: int) -> Iterator[Request]:
    rng = stream(seed, f"permission/{one.candidate}")
    words = plan.words.permission
    answered = one.steps.get("permission_asked") or one.left_on
    before = one.steps.get("talk") or one.steps["informed"]
    if answered is None:
        return
    asked_on = min(before + timedelta(days=rng.randint(0, 3)), answered)
    refused = REFUSALS[0] == one.provider_reason or REFUSALS[1] == one.prison_reason
    left = one.left_at == "permission_asked" and not refused
    near = [home for home in plan.municipalities if not home.far]
    own = one.municipality or rng.choice(near)
    homes = [own, *rng.sample([home for home in near if home is not own], rng.randint(1, 2))] if several else [own]
    for home in homes:
        mine = home is own
        day = answered if mine else asked_on + timedelta(days=rng.randint(1, max(1, (answered - asked_on).days)))
        reminded = tuple(reminder for days in words.reminders if (reminder := asked_on + timedelta(days=days)) < day)
        answer: Literal["granted", "refused", "does_not_live_here", "withdrawn"] = (
            "does_not_live_here" if not mine else "refused" if refused else "withdrawn" if left else "granted"
        )
        conditions = "reports once a month to the municipality" if answer == "granted" and rng.random() < 0.1 else ""
        yield Request(one.candidate, home, asked_on, asked_on + timedelta(days=words.deadline), reminded, day, answer, conditions)
