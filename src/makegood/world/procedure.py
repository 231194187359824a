"""Dated steps from the list to a start or an exit. Every step comes after the one before it and while the site recruits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from makegood.world.candidates import Candidate, Known
from makegood.world.chance import stream
from makegood.world.recruitment_plan import RecruitmentPlan
from makegood.world.recruitment_words import STEPS, RecruitmentWords
from makegood.world.specification import Between

_LONGEST, _SHORTEST = 360, 95
"""Days of detention: over 3 and under 12 months."""
INFORMED = STEPS.index("informed")


def proceed(everybody: Sequence[Candidate], plan: RecruitmentPlan, *, seed: int) -> None:
    """Fill in the days of everybody's steps, release and exit, and who talks with whom."""
    words = plan.words
    counsellors = [f"counsellor_{number}" for number in range(1, words.staff.counsellors + 1)]
    places = {site: place for place, site in enumerate(words.sites)}
    for one in everybody:
        rng = stream(seed, f"procedure/{one.candidate}")
        if one.participant is not None:
            _start(one, one.participant, words, rng=rng)
        elif one.listed_on is not None:
            _leave(one, one.listed_on, words, rng=rng)
        if one.selected:
            # A counsellor goes to a few prisons, so that most candidates of a prison meet the same two.
            one.counsellor = counsellors[(2 * places[one.site] + rng.randint(0, 1)) % len(counsellors)]
        if "informed" in one.steps:
            one.channel = rng.choices(list(words.channels), weights=list(words.channels.values()))[0]


def _start(one: Candidate, known: Known, words: RecruitmentWords, *, rng: Random) -> None:
    """A participant: the questionnaire on the day of engagement, everything else before release, the start after it."""
    engaged, release = known.dates.engaged_on, one.released_on
    listed = one.listed_on or engaged - timedelta(days=rng.randint(5, 12))
    first_talk = max(listed, words.sites[one.site].from_)
    informed = _between(min(max(first_talk, listed + timedelta(days=2)), engaged), engaged, rng=rng)
    sent = _between(listed, min(listed + timedelta(days=2), informed), rng=rng)
    checked = _between(sent, informed, rng=rng)
    talk = engaged + timedelta(days=rng.randint(2, 7))
    span = words.permission.slow if talk < words.permission.slow_until else words.permission.usual
    permission = min(talk + timedelta(days=rng.randint(span.least, span.most)), release - timedelta(days=rng.randint(0, 4)))
    acquaintance = _between(permission, min(release, permission + timedelta(days=words.days["acquaintance"].most)), rng=rng)
    contract = (
        talk + timedelta(days=rng.randint(0, 3))
        if talk < words.contract_after_acquaintance_from
        else _between(acquaintance, release, rng=rng)
    )
    days = (listed, sent, checked, informed, engaged, talk, permission, acquaintance, contract, known.dates.index_date)
    one.steps = dict(zip(STEPS, days, strict=True))
    if one.listed_on is None:
        for step in STEPS[:3]:
            del one.steps[step]


def _leave(one: Candidate, listed_on: date, words: RecruitmentWords, *, rng: Random) -> None:
    """Somebody who did not start: the steps until the one at which they left, then release before or after it."""
    selected = bool(one.provider_reason)
    leaves_at = words.leaves_at.provider if selected else words.leaves_at.prison_service
    weights = leaves_at[one.provider_reason if selected else one.prison_reason]
    one.left_at = rng.choices(list(weights), weights=list(weights.values()))[0]
    # Who left late and was not selected, was asked about by the prison alone: nothing but the talk about it was done.
    last = STEPS.index(one.left_at) if selected else min(STEPS.index(one.left_at), INFORMED + 1)
    begins = words.sites[one.site].from_
    day = listed_on
    one.steps["list_drawn_up"] = day
    for step in STEPS[1:last]:
        if step == "contract_signed":
            continue
        day += timedelta(days=_days(step, day, words, rng=rng))
        if step == "informed":
            day = max(day, begins)
        one.steps[step] = day
    if one.left_at in words.after_release:
        _released_first(one, listed_on, rng=rng)
        return
    one.left_on = day + timedelta(days=_days(one.left_at, day, words, rng=rng))
    soon = one.prison_reason.startswith("early_release")
    one.released_on = one.left_on + timedelta(days=rng.randint(0, 20) if soon else rng.randint(4, 150))
    _detained(one, listed_on, rng=rng)


def _released_first(one: Candidate, listed_on: date, *, rng: Random) -> None:
    """Released after the talk, at times before the municipality answered; weeks later it is said that nothing came of it."""
    reached = one.steps.get("talk") or one.steps["informed"]
    one.released_on = reached + timedelta(days=rng.randint(10, 40))
    if one.steps.get("acquaintance", date.min) > one.released_on:
        del one.steps["acquaintance"]
    after = max(one.released_on, one.steps.get("permission_asked", date.min))
    one.left_on = after + timedelta(days=rng.randint(7, 28))
    _detained(one, listed_on, rng=rng)


def _detained(one: Candidate, listed_on: date, *, rng: Random) -> None:
    """A detention that began before the list and lasted over 3 and under 12 months in all."""
    one.released_on = min(one.released_on, listed_on + timedelta(days=_LONGEST - 30))
    left = (one.released_on - listed_on).days
    one.detention_days = rng.randint(max(_SHORTEST, left + 10), max(_SHORTEST, min(_LONGEST, left + 240)))


def _days(step: str, day: date, words: RecruitmentWords, *, rng: Random) -> int:
    span: Between = words.days[step]
    if step == "permission_asked":
        span = words.permission.slow if day < words.permission.slow_until else words.permission.usual
    return rng.randint(span.least, span.most)


def _between(first: date, last: date, *, rng: Random) -> date:
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))
