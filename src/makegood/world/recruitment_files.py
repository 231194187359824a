"""The recruitment side of a world as files of the data folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from random import Random

from makegood.world.candidates import Candidate
from makegood.world.chance import stream
from makegood.world.organisations import CBS_YEAR
from makegood.world.recruitment import Recruitment
from makegood.world.recruitment_words import STEPS, RecruitmentWords

Csv = Callable[[Sequence[str], Iterable[Sequence[object]]], str]
GROSS_LIST = (
    "candidate", "listed_on", "prison", "given_name", "family_name", "birth_date", "sex", "municipality", "cbs_code", "conviction",
    "custody", "placement", "detention_from", "detention_months", "release_on", "citizen_service_number", "residence_permit_prospect",
    "offence_type",
)  # fmt: skip
EVENTS = ("event", "candidate", "step", "outcome", "on", "recorded_on", "actor", "reason_list", "reason", "channel")
HEAD_OFFICE = ("list_drawn_up", "list_sent")
COORDINATOR = ("list_checked", "informed", "permission_asked")
ROUTES = ("own_phone", "family", "shelter", "probation")


def recruitment_files(found: Recruitment, words: RecruitmentWords, *, seed: int, csv: Csv) -> dict[str, str]:
    """Name -> text of every file of the recruitment side."""
    listed = [one for one in found.candidates if one.listed_on is not None]
    outside = [one for one in found.candidates if one.listed_on is None]
    first_dates: dict[str, date] = {}
    for row in found.release_dates:
        first_dates.setdefault(row.candidate, row.release_on)
    provider = list(_provider_list(found, words, seed=seed))
    return {
        "gross_list.csv": csv(GROSS_LIST, (_on_list(one, first_dates) for one in listed)),
        "outside_list.csv": csv(GROSS_LIST, (_on_list(one, first_dates) for one in outside)),
        "selection_events.csv": csv(EVENTS, _events(found)),
        "release_dates.csv": csv(
            ("candidate", "recorded_on", "release_on", "source"),
            ([row.candidate, row.recorded_on, row.release_on, row.source] for row in found.release_dates),
        ),
        "permissions.csv": csv(
            ("request", "candidate", "cbs_code", "asked_on", "due_on", "reminded_on", "answered_on", "answer", "conditions"),
            (
                [
                    f"R{number:04}",
                    row.candidate,
                    row.municipality.cbs_code,
                    row.asked_on,
                    row.due_on,
                    " ".join(day.isoformat() for day in row.reminded_on),
                    row.answered_on,
                    row.answer,
                    row.conditions,
                ]
                for number, row in enumerate(found.requests, start=1)
            ),
        ),
        "answers.csv": csv(
            ("candidate", "item", "answer", "no_answer", "source", "answered_on"),
            ([row.candidate, row.item, row.answer, row.no_answer, row.source, row.answered_on] for row in found.answers),
        ),
        "contact_routes.csv": csv(("candidate", "route", "detail", "recorded_on"), _routes(found, seed=seed)),
        "provider_list.csv": csv(
            ("entry", "given_name", "family_name", "birth_date", "sex", "prison", "selected_on", "started_on", "track", "reason"),
            (row for _, row in provider),
        ),
        "links.csv": csv(
            ("candidate", "person", "entry"),
            ([one.candidate, one.participant.person if one.participant else "", row[0]] for one, row in provider),
        ),
        "organisations.csv": csv(
            ("organisation", "kind", "name", "cbs_code", "cbs_year", "note"),
            (
                [one.organisation, one.kind, one.name, one.cbs_code, CBS_YEAR if one.cbs_code else "", one.note]
                for one in found.organisations
            ),
        ),
        "staff.csv": csv(
            ("staff", "organisation", "role", "given_name", "family_name", "email", "telephone"),
            ([one.staff, one.organisation, one.role, one.given_name, one.family_name, one.email, one.telephone] for one in found.staff),
        ),
        "contacts.csv": csv(
            ("contact", "organisation", "given_name", "family_name", "email", "telephone", "checked_on"),
            (
                [one.staff, one.organisation, one.given_name, one.family_name, one.email, one.telephone, one.checked_on]
                for one in found.contacts
            ),
        ),
    }


def _on_list(one: Candidate, first_dates: dict[str, date]) -> list[object]:
    months = int(one.detention_days / (365.25 / 12) * 10) / 10
    home = one.municipality
    return [
        one.candidate, one.listed_on, one.site, one.given_name, one.family_name, one.birth_date, one.sex,
        home.name if home else "", home.cbs_code if home else "", one.conviction, one.custody, "regular", one.detained_from, months,
        first_dates[one.candidate], one.citizen_service_number, one.residence_permit_prospect, one.offence_type,
    ]  # fmt: skip


def _events(found: Recruitment) -> Iterator[list[object]]:
    number = 0
    for one in found.candidates:
        for step in sorted(one.steps, key=lambda step: (one.steps[step], STEPS.index(step))):
            number += 1
            channel = one.channel if step == "informed" else ""
            yield [f"E{number:05}", one.candidate, step, "done", one.steps[step], one.steps[step], _actor(one, step), "", "", channel]
        reasons = [("provider", one.provider_reason), ("prison_service", one.prison_reason)]
        for reason_list, reason in reasons if one.left_on else ():
            if reason:
                number += 1
                actor = one.counsellor if reason_list == "provider" else f"coordinator_{one.site}"
                # Head office heard of exits with the next list.
                later = one.left_on + timedelta(days=2 if reason_list == "provider" else 10) if one.left_on else None
                yield [f"E{number:05}", one.candidate, one.left_at, "exit", one.left_on, later, actor, reason_list, reason, ""]


def _actor(one: Candidate, step: str) -> str:
    if step in HEAD_OFFICE:
        return "head_office"
    if step == "questionnaire":
        return "candidate"
    return f"coordinator_{one.site}" if step in COORDINATOR else one.counsellor


def _routes(found: Recruitment, *, seed: int) -> Iterator[list[object]]:
    """Ways to reach those who came so far. Whoever did not call after release mostly left no way to be called."""
    number = 0
    for one in found.candidates:
        if "acquaintance" not in one.steps and one.participant is None:
            continue
        rng = stream(seed, f"routes/{one.candidate}")
        lost = one.provider_reason.startswith("no_contact")
        for route in ROUTES:
            number += 1
            chance = {"own_phone": 0.15 if lost else 0.8, "family": 0.2 if lost else 0.55, "shelter": 0.2, "probation": 0.25}[route]
            if rng.random() < chance:
                detail = f"06-000{number:05}" if route in ("own_phone", "family") else ""
                yield [one.candidate, route, detail, one.steps.get("acquaintance") or one.steps["talk"]]


def _provider_list(found: Recruitment, words: RecruitmentWords, *, seed: int) -> Iterator[tuple[Candidate, list[object]]]:
    """The provider's own list of those selected, in its own order and at times in its own spelling; no key of the prison's."""
    rng = stream(seed, "provider_list")
    selected = [one for one in found.candidates if one.selected]
    rng.shuffle(selected)
    selected.sort(key=lambda one: one.steps["questionnaire"])
    for number, one in enumerate(selected, start=1):
        given, family = (
            _spelled(text, rng=rng) if rng.random() < words.spelled_otherwise else text for text in (one.given_name, one.family_name)
        )
        known = one.participant
        started = [known.dates.index_date, known.entry["track"], ""] if known else ["", "", one.provider_reason]
        yield one, [f"W{number:03}", given, family, one.birth_date, one.sex, one.site, one.steps["questionnaire"], *started]


def _spelled(text: str, *, rng: Random) -> str:
    """A letter left out or written twice, never the first."""
    place = rng.randrange(1, len(text))
    return text[:place] + text[place + 1 :] if rng.random() < 0.5 else text[:place] + text[place - 1] + text[place:]
