"""Nobody has started before what the programme file says a start needs is there; the page says beforehand what is missing.

Need 37, and the purpose of the register: a start is evidence, so what it rests on comes first.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.agree import plan_first_appointment, record_appointment
from makegood_portal.actions.refusal import Refusal
from makegood_portal.actions.release_date import correct_release_date
from makegood_portal.actions.selection import pass_step, pass_step_together, take_step_back
from makegood_portal.actions.starting import ready_to_start
from makegood_portal.ledger import terms
from makegood_portal.ledger.models import Appointment, Candidacy, ContactRoute, Contract, PermissionRequest, ProgrammeVersion
from makegood_portal.ledger.queries import starting
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import TODAY, Side, World, a_candidacy, a_loaded_programme, client_of

pytestmark = pytest.mark.django_db
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
RELEASE = date(2026, 2, 20)
KEPT = date(2026, 2, 24)
STARTS = date(2026, 3, 4)


@pytest.fixture
def ours(world: World) -> Side:
    return at_the_start(world.ours)


def at_the_start(side: Side, release_on: date | None = RELEASE) -> Side:
    """Everything is done but the start itself."""
    Candidacy.objects.filter(pk=side.candidacy.pk).update(
        step="started", step_since=date(2026, 2, 10), contract_on=date(2026, 2, 10), release_on=release_on
    )
    Contract.objects.create(candidacy=side.candidacy, track="basic", signed_on=date(2026, 2, 10), signed_with=side.users[Role.COUNSELLOR])
    PermissionRequest.objects.create(
        candidacy=side.candidacy,
        municipality=side.at(Kind.MUNICIPALITY),
        state="granted",
        asked_on=TODAY,
        deadline_on=TODAY,
        answered_on=TODAY,
    )
    return side


def row(side: Side) -> Candidacy:
    return Candidacy.objects.get(pk=side.candidacy.pk)


def act(side: Side, what: Any, **words: Any) -> Any:
    with scoped(scope := scope_of(side.users[Role.COUNSELLOR])):
        return what(by=scope, **{"on": side.candidacy.pk, **words})


def starts(side: Side, on: date = STARTS) -> Candidacy:
    found: Candidacy = act(side, pass_step, step="started", happened_on=on)
    return found


def refused(side: Side, on: date = STARTS) -> str:
    with pytest.raises(Refusal) as found:
        starts(side, on)
    assert row(side).started_on is None
    return found.value.code


def meets(side: Side, day: date = KEPT) -> Appointment:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=AMSTERDAM)
    found: Appointment = act(side, plan_first_appointment, at=at, place="Stadhuis", took_place=True)
    return found


def test_a_start_rests_on_a_first_appointment_that_was_kept(ours: Side) -> None:
    assert refused(ours) == "no_first_appointment"
    planned = act(ours, plan_first_appointment, at=datetime(2026, 2, 24, 10, tzinfo=AMSTERDAM), place="Stadhuis")
    assert refused(ours) == "no_first_appointment"
    act(ours, record_appointment, on=planned.pk, state="missed", seen=planned.version, today=STARTS)
    assert refused(ours) == "no_first_appointment"
    meets(ours, date(2026, 2, 26))
    assert refused(ours, date(2026, 2, 25)) == "before_first_appointment"
    assert starts(ours, date(2026, 2, 26)).state == "started"


def test_nobody_starts_before_the_release_and_a_wrong_date_is_corrected_first(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=date(2026, 4, 1))
    assert refused(ours) == "before_end_date"
    words = {"source": "case_manager", "reason": "earlier_release", "today": STARTS}
    act(ours, correct_release_date, seen=row(ours).version, release_on=RELEASE, **words)
    meets(ours)
    assert starts(ours).started_on == STARTS


def test_the_release_must_be_known_since_time_is_counted_from_it(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=None)
    assert refused(ours) == "no_end_date"


def test_an_appointment_before_the_release_is_not_the_first_after_it(ours: Side) -> None:
    meets(ours)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=date(2026, 2, 27))
    assert refused(ours) == "no_first_appointment"


def test_starts_that_are_done_together_need_the_same(ours: Side) -> None:
    version = ProgrammeVersion.objects.get(programme=ours.programme)
    text = version.text.replace("      kind: start\n", "      kind: start\n      bulk: yes\n")
    assert text != version.text
    ProgrammeVersion.objects.create(
        programme=ours.programme, sha256=hashlib.sha256(text.encode()).hexdigest(), text=text, in_force_from=date(2016, 6, 3)
    )

    def together() -> int:
        done = act(ours, pass_step_together, on=[ours.candidacy.pk], step="started", happened_on=STARTS)
        return int(done.number)

    with pytest.raises(Refusal) as found:
        together()
    assert found.value.code == "no_first_appointment"
    meets(ours)
    assert together() == 1


def test_what_a_start_rests_on_is_not_taken_away_below_it(ours: Side) -> None:
    """The start is taken back first; then the appointment and the release date are free again."""
    met = meets(ours)
    starts(ours)
    again = {"on": met.pk, "state": "planned", "seen": met.version, "today": STARTS}
    with pytest.raises(Refusal) as found:
        act(ours, record_appointment, **again)
    assert found.value.code == "start_rests_on_it"
    later = {"release_on": date(2026, 4, 1), "source": "case_manager", "reason": "date_was_wrong", "today": STARTS}
    with pytest.raises(Refusal) as found:
        act(ours, correct_release_date, seen=row(ours).version, **later)
    assert found.value.code == "started_before"
    act(ours, take_step_back, step="started", happened_on=STARTS)
    assert row(ours).started_on is None
    act(ours, record_appointment, **again)
    assert refused(ours) == "no_first_appointment"
    act(ours, correct_release_date, seen=row(ours).version, **later)
    assert refused(ours) == "before_end_date"


def test_a_start_of_imported_history_stays_as_it_was_recorded(ours: Side) -> None:
    """What rests on no appointment loses none, and a date that was wrong then may be put right."""
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(state="started", started_on=date(2026, 2, 12))
    words = {"source": "case_manager", "reason": "date_was_wrong", "today": STARTS}
    act(ours, correct_release_date, seen=row(ours).version, release_on=date(2026, 2, 22), **words)
    assert row(ours).release_on == date(2026, 2, 22)


def test_the_page_says_beforehand_what_a_start_needs_and_where_it_is_recorded(ours: Side) -> None:
    client, where = client_of(ours.users[Role.COUNSELLOR]), reverse("candidate_step", args=[ours.candidacy.pk])
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=date(2999, 4, 1))
    page = client.get(where).content.decode()
    assert reverse("candidate_release", args=[ours.candidacy.pk]) in page
    assert reverse("candidate_first_appointment", args=[ours.candidacy.pk]) in page
    answer = client.post(where, {"step": "started", "happened_on": timezone.localdate().isoformat()})
    assert answer.status_code == 422
    assert "is op 1 april 2999. Niemand start vóór die dag." in answer.content.decode()
    assert row(ours).state == "open"


def test_who_came_without_an_appointment_is_recorded_as_met(ours: Side) -> None:
    client, where = client_of(ours.users[Role.COUNSELLOR]), reverse("candidate_first_appointment", args=[ours.candidacy.pk])
    typed = {"on": KEPT.isoformat(), "time": "10:00", "place": "Loket"}
    said = client.post(where, typed)
    assert (said.status_code, Appointment.objects.count()) == (422, 0)
    client.post(where, {**typed, "took_place": "on"})
    assert Appointment.objects.get().state == "kept"


def test_another_programme_needs_what_fits_it(ours: Side) -> None:
    """Whoever leaves care starts with the key of a home: two ways to keep contact, and no appointment before."""
    home = a_loaded_programme("home-after-care")
    one = a_candidacy(programme=home, step="moved_in", release_on=date(2026, 2, 20), provider=ours.at(Kind.PROVIDER))
    delivery = terms.delivery_on(home.pk, STARTS)
    needs = starting.needs_of_start(one, delivery, on=STARTS)
    assert [(need.kind, need.met) for need in needs] == [("end_date", True), ("contact_routes", False)]
    for kind in ("own_phone", "game_name"):
        ContactRoute.objects.create(candidacy=one, kind=kind, value="06 0000 0000")
    ready_to_start(one, delivery, on=STARTS)
