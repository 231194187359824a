"""The way from list to start of an invented world: candidates with their days, and the records about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from makegood.world.candidates import Candidate, Known, candidates
from makegood.world.organisations import Member, Organisation, contacts, organisations, staff
from makegood.world.permission_requests import Request, requests
from makegood.world.procedure import proceed
from makegood.world.reading import Plan
from makegood.world.release_dates import ReleaseDate, release_dates
from makegood.world.screening_answers import ScreeningAnswer, screening_answers


@dataclass(frozen=True)
class Recruitment:
    """Everything about the way from list to start; candidates in the order of their numbers."""

    candidates: tuple[Candidate, ...]
    requests: tuple[Request, ...]
    release_dates: tuple[ReleaseDate, ...]
    answers: tuple[ScreeningAnswer, ...]
    organisations: tuple[Organisation, ...]
    staff: tuple[Member, ...]
    contacts: tuple[Member, ...]


def recruit(known: Sequence[Known], plan: Plan, *, seed: int) -> Recruitment | None:
    """The recruitment side of a world, None where its plan has none. The same plan and seed give the same."""
    if plan.recruitment is None:
        return None
    everybody = candidates(known, plan.recruitment, plan.specification, seed=seed)
    proceed(everybody, plan.recruitment, seed=seed)
    return Recruitment(
        candidates=tuple(sorted(everybody, key=lambda one: one.candidate)),
        requests=tuple(requests(everybody, plan.recruitment, seed=seed)),
        release_dates=tuple(release_dates(everybody, plan.recruitment, seed=seed)),
        answers=tuple(screening_answers(everybody, plan, plan.recruitment.words, seed=seed)),
        organisations=tuple(organisations(plan.recruitment)),
        staff=tuple(staff(plan.recruitment, seed=seed)),
        contacts=tuple(contacts(plan.recruitment, seed=seed)),
    )
