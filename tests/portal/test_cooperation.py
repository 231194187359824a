"""Cooperation around a candidate, contacts in one tap, and the usual care of a municipality.

Needs 3, 4, 56, 60, 61: a quick contact log, help that runs beside ours, coordination with the municipality, usual care by year.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from makegood.programme.delivery_tracks import TrackPhase
from makegood_portal.actions.cooperation import (
    add_parallel_help,
    end_parallel_help,
    log_contact,
    open_cooperation,
    record_coordination,
    strike_contact,
)
from makegood_portal.actions.directory import record_usual_care
from makegood_portal.actions.refusal import NotYours, Refusal, Stale
from makegood_portal.ledger.models import (
    AuditEntry,
    Candidacy,
    ContactMoment,
    Coordination,
    LocalProgramme,
    MunicipalityContact,
    MunicipalityDetails,
    Note,
    ParallelHelp,
    State,
    UsualCare,
)
from makegood_portal.ledger.queries import contact_files
from makegood_portal.ledger.queries.cooperation import Cooperation, phase_on
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_candidacy, client_of
from portal.questions import MOST, questions

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 20)


@pytest.fixture
def ours(world: World) -> Side:
    return world.ours


def act(side: Side, what: Any, *, role: Role = Role.COUNSELLOR, on: Any = None, **words: Any) -> Any:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return what(by=scope, on=on or side.candidacy.pk, today=TODAY, **words)


def shown(side: Side, role: Role = Role.COUNSELLOR) -> Cooperation:
    scope = scope_of(side.users[role])
    with scoped(scope):
        found = open_cooperation(by=scope, on=side.candidacy.pk)
    assert found is not None
    return found


def coordinate(side: Side, **words: Any) -> Coordination:
    row: Coordination = act(side, record_coordination, **{"status": "known", "happened_on": TODAY, **words})
    return row


def log(side: Side, **words: Any) -> ContactMoment:
    start = {"kind": "telephone", "minutes": 15, "phase": "before_start", "happened_on": TODAY}
    row: ContactMoment = act(side, log_contact, **{**start, **words})
    return row


def a_clerk(side: Side) -> MunicipalityContact:
    return MunicipalityContact.objects.create(
        municipality=side.at(Kind.MUNICIPALITY), name="M. Loket", duty="Nazorg", phone="050", checked_on=TODAY
    )


def refused(code: str, field: str = "") -> Any:
    return pytest.raises(Refusal, check=lambda one: one.code == code and (not field or one.field == field))


def test_coordination_has_a_history_and_the_newest_is_shown_first(ours: Side) -> None:
    """Need 60: known or agreed, with whom, by whom, since when, for each case."""
    clerk = a_clerk(ours)
    coordinate(ours, with_role="aftercare", happened_on=TODAY - timedelta(days=9))
    coordinate(ours, status="agreed", contact=clerk.pk)
    found = shown(ours).coordinated
    assert [(one.status, one.with_role, one.contact, one.on) for one in found] == [
        ("agreed", "", "M. Loket", TODAY),
        ("known", "aftercare", "", TODAY - timedelta(days=9)),
    ]
    assert found[0].by == ours.users[Role.COUNSELLOR].name
    assert found[0].municipality == ours.at(Kind.MUNICIPALITY).name
    assert AuditEntry.objects.filter(verb="record_coordination", candidacy=ours.candidacy.pk).count() == 2
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("candidate_cooperation", args=[ours.candidacy.pk])).content.decode()
    assert "M. Loket" in page


def test_an_agreement_is_with_somebody_of_this_municipality(world: World) -> None:
    """Need 60: an agreement with nobody, or with somebody of another municipality, is none."""
    ours, theirs = world.ours, a_clerk(world.theirs)
    with refused("with_nobody", "with_role"):
        coordinate(ours, status="agreed")
    with refused("unknown_contact", "contact"):
        coordinate(ours, status="agreed", contact=theirs.pk)
    with refused("unknown_role", "with_role"):
        coordinate(ours, with_role="Mrs De Wit")
    with refused("still_to_come", "happened_on"):
        coordinate(ours, happened_on=TODAY + timedelta(days=1))
    with refused("unknown_status", "status"):
        coordinate(ours, status="perhaps")
    assert not Coordination.objects.exists()
    words = {"candidacy": ours.candidacy, "recorded_by": ours.users[Role.LEAD], "happened_on": TODAY}
    with pytest.raises(IntegrityError, match="agreed_with_somebody"), transaction.atomic():
        Coordination.objects.create(**words, status="agreed", stage="agreed", municipality=ours.at(Kind.MUNICIPALITY))


def test_without_a_municipality_only_not_known_can_be_said(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(municipality=None)
    with refused("no_municipality", "status"):
        coordinate(ours)
    assert coordinate(ours, status="not_known", with_role="debt").with_role == ""


def test_who_left_is_coordinated_no_more(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(state=State.LEFT, left_on=TODAY - timedelta(days=2), exit_reason="x")
    with refused("not_open"):
        coordinate(ours)
    with refused("not_open"):
        act(ours, add_parallel_help, kind="debt", from_on=TODAY, until_on=None)
    assert log(ours, happened_on=TODAY - timedelta(days=2)).minutes == 15, "what was done before leaving is written down later"
    with refused("after_leaving", "happened_on"):
        log(ours)


def test_help_beside_ours_is_registered_with_its_time(ours: Side) -> None:
    """Need 56: which other projects and programmes run beside ours, for each participant."""
    local = LocalProgramme.objects.create(municipality=ours.at(Kind.MUNICIPALITY), name="Thuis op tijd", from_on=date(2025, 1, 1))
    act(ours, add_parallel_help, kind="local_programme", programme=local.pk, from_on=date(2026, 2, 1), until_on=None)
    debt = act(ours, add_parallel_help, kind="debt", from_on=date(2026, 1, 1), until_on=None)
    act(ours, end_parallel_help, on=debt.pk)
    kept = ParallelHelp.objects.values_list("kind", "programme__name", "from_on", "until_on")
    assert list(kept) == [("local_programme", "Thuis op tijd", date(2026, 2, 1), None), ("debt", None, date(2026, 1, 1), TODAY)]
    assert [(one.kind, one.programme) for one in shown(ours).help] == [("local_programme", "Thuis op tijd"), ("debt", "")]
    assert {*AuditEntry.objects.filter(table="ledger_parallelhelp").values_list("verb", flat=True)} == {
        "add_parallel_help",
        "end_parallel_help",
    }
    with pytest.raises(NotYours):
        act(ours, end_parallel_help, on=debt.pk)


def test_help_that_cannot_be_is_refused(world: World) -> None:
    """Need 56: a programme comes from the directory of this municipality, and ends after it begins."""
    ours = world.ours
    theirs = LocalProgramme.objects.create(municipality=world.theirs.at(Kind.MUNICIPALITY), name="Elders", from_on=date(2025, 1, 1))
    cases: list[tuple[dict[str, Any], str]] = [
        ({"kind": "local_programme"}, "no_programme"),
        ({"kind": "local_programme", "programme": theirs.pk}, "no_programme"),
        ({"kind": "debt", "programme": theirs.pk}, "programme_of_nobody"),
        ({"kind": "magic"}, "unknown_kind"),
        ({"kind": "debt", "until_on": TODAY - timedelta(days=1)}, "ends_before"),
    ]
    for words, code in cases:
        with refused(code):
            act(ours, add_parallel_help, **{"from_on": TODAY, "until_on": None, **words})
    assert not ParallelHelp.objects.exists()


def test_one_tap_records_a_contact_of_today(ours: Side) -> None:
    """Need 4: type, minutes, phase and day, without typing."""
    client, address = client_of(ours.users[Role.COUNSELLOR]), reverse("candidate_cooperation", args=[ours.candidacy.pk])
    assert client.post(address, {"tap": "telephone:15"}).status_code == 302
    row = ContactMoment.objects.get()
    assert (row.kind, row.minutes, row.phase, row.happened_on) == ("telephone", 15, "before_start", timezone.localdate())
    assert row.recorded_by == ours.users[Role.COUNSELLOR]
    assert client.post(address, {"tap": "a_holiday:5"}).status_code == 422
    assert ContactMoment.objects.count() == 1


def test_contacts_are_summed_for_each_phase(ours: Side) -> None:
    """Need 4: number and minutes of each phase follow from the log."""
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(track="basic")
    phase = next(code for code, _ in shown(ours).phases)
    wrong = log(ours, minutes=300)
    log(ours, minutes=40)
    log(ours, minutes=60, phase=phase)
    log(ours, minutes=5, phase=phase)
    act(ours, strike_contact, on=wrong.pk)
    assert [(one.phase, one.number, one.minutes) for one in shown(ours).sums] == [("before_start", 1, 40), (phase, 2, 65)]
    assert ContactMoment.objects.get(pk=wrong.pk).struck_on == TODAY, "taken out, and still there for who looks back"
    with pytest.raises(NotYours):
        act(ours, strike_contact, on=wrong.pk)


def test_what_is_hardly_possible_is_kept_with_a_warning(ours: Side) -> None:
    """Need 4: more than eight hours, or a day before the hand-over."""
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(handed_over_on=TODAY)
    log(ours, minutes=480)
    log(ours, minutes=481, happened_on=TODAY - timedelta(days=1))
    assert [tuple(one.odd) for one in shown(ours).moments] == [(), ("long", "before_hand_over")]
    form = {"kind": "meeting", "minutes": "500", "phase": "before_start", "happened_on": timezone.localdate().isoformat()}
    address = reverse("candidate_cooperation", args=[ours.candidacy.pk])
    page = client_of(ours.users[Role.COUNSELLOR]).post(address, form, follow=True).content.decode()
    assert "langer dan 8 uur" in page
    assert ContactMoment.objects.count() == 3


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"kind": "telepathy"}, "kind"),
        ({"phase": "afterlife"}, "phase"),
        ({"happened_on": TODAY + timedelta(days=1)}, "happened_on"),
    ],
)
def test_what_is_impossible_is_refused(ours: Side, words: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as said:
        log(ours, **words)
    assert said.value.field == field
    assert not ContactMoment.objects.exists()


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        (date(2026, 2, 28), "before_start"),
        (date(2026, 3, 1), "plan"),
        (date(2026, 3, 14), "plan"),
        (date(2026, 3, 15), "work"),
        (date(2027, 3, 15), "work"),
    ],
)
def test_the_phase_that_is_proposed_follows_from_the_dates(day: date, phase: str) -> None:
    """Need 4: the plan lasts two weeks at most, so the third week is that of the work; the last phase does not end."""
    phases = {
        code: TrackPhase.model_validate({"title": {"en": code, "nl": code}, "weeks_at_least": 1, "weeks_at_most": weeks})
        for code, weeks in (("plan", 2), ("work", 4))
    }
    assert phase_on(day, started_on=date(2026, 3, 1), phases=phases) == phase


def test_nobody_writes_in_files_of_others(world: World) -> None:
    theirs, ours = world.theirs.candidacy.pk, world.ours
    for role in (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD, Role.PROBATION_OFFICER):
        with pytest.raises(NotYours):
            act(ours, record_coordination, role=role, on=theirs, status="not_known", happened_on=TODAY)
        with pytest.raises(NotYours):
            act(ours, log_contact, role=role, on=theirs, kind="telephone", minutes=1, phase="before_start", happened_on=TODAY)


def care(side: Side, **words: Any) -> UsualCare:
    start = {
        "role": Role.LEAD, "on": side.at(Kind.MUNICIPALITY).pk, "programme": side.programme.pk, "year": 2026, "kinds": ["debt"],
        "source": "policy", "seen": {},
    }  # fmt: skip
    row: UsualCare = act(side, record_usual_care, **{**start, **words})
    return row


def test_usual_care_is_a_line_a_year(ours: Side) -> None:
    """Need 61: what the municipality does without the programme, by year, with its source; said again, it is put right."""
    town = ours.at(Kind.MUNICIPALITY).pk
    care(ours, year=2025, kinds=["debt", "work_coach"])
    care(ours, kinds=["not_known"], source="staff")
    care(ours, role=Role.MUNICIPAL_CONTACT, kinds=["benefit"], source="municipality", seen={2026: 1})
    with pytest.raises(Stale):
        care(ours, seen={2026: 1})
    kept = UsualCare.objects.filter(municipality=town).values_list("year", "kinds", "source")
    assert list(kept) == [(2026, ["benefit"], "municipality"), (2025, ["work_coach", "debt"], "policy")]
    entry = AuditEntry.objects.filter(verb="record_usual_care").latest("number")
    assert entry.facts["changes"]["kinds"] == [["not_known"], ["benefit"]]
    page = client_of(ours.users[Role.LEAD]).get(reverse("municipality", args=[town])).content.decode()
    assert "2025" in page


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"year": 1999}, "year"),
        ({"year": 2027}, "year"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["gold"]}, "kinds"),
        ({"kinds": ["none", "debt"]}, "kinds"),
        ({"source": "hearsay"}, "source"),
    ],
)
def test_usual_care_that_cannot_be_is_refused(ours: Side, words: dict[str, Any], field: str) -> None:
    """Need 61: no year to come, nothing that contradicts itself, and always a source."""
    with pytest.raises(Refusal) as said:
        care(ours, **words)
    assert said.value.field == field
    assert not UsualCare.objects.exists()


def test_a_municipality_records_its_own_usual_care_only(world: World) -> None:
    """Need 61: a municipality sees and writes itself; nobody speaks of a programme in which they take no part."""
    with pytest.raises(NotYours):
        care(world.ours, role=Role.MUNICIPAL_CONTACT, on=world.theirs.at(Kind.MUNICIPALITY).pk)
    with pytest.raises(NotYours):
        care(world.ours, programme=world.theirs.programme.pk)
    assert not UsualCare.objects.exists()


def taken(side: Side, what: str, role: Role = Role.EVALUATOR) -> list[dict[str, str]]:
    response = client_of(side.users[role]).get(reverse(f"{what}_csv"))
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_a_note_stands_beside_the_codes_and_only_who_works_with_the_candidate_reads_it(world: World) -> None:
    """Need 3: contacts are codes; what they do not say is a note beside them, encrypted, and in no file for the evaluation."""
    ours, words = world.ours, "Bracht een oude foto mee"
    log(ours, note=words)
    log(ours, kind="message", minutes=5)
    assert [one.note for one in shown(ours).moments] == ["", words]
    assert Note.objects.get().about_table == "ledger_contactmoment"
    assert words.encode() not in bytes(Note.objects.get().sealed)
    assert AuditEntry.objects.filter(verb="read", candidacy=ours.candidacy.pk).latest("number").facts == {"notes": 1}
    client = client_of(ours.users[Role.COUNSELLOR])
    address = reverse("candidate_cooperation", args=[ours.candidacy.pk])
    sent = {"kind": "meeting", "minutes": "30", "phase": "before_start", "happened_on": TODAY.isoformat(), "note": "<b>Tweede</b>"}
    assert "&lt;b&gt;Tweede&lt;/b&gt;" in client.post(address, sent, follow=True).content.decode()
    assert len(questions(client, address, {})[1]) <= MOST
    assert words not in client_of(ours.users[Role.EVALUATOR]).get(reverse("contacts_csv")).content.decode()


def test_an_evaluator_sees_for_all_participants_how_far_the_municipality_is_involved(world: World) -> None:
    """Need 60: of each participant what was recorded, and of whom nothing is; before, this was not clear for all."""
    ours = world.ours
    started: dict[str, Any] = {"state": "started", "track": "basic", "started_on": TODAY - timedelta(days=9)}
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(**started)
    silent = a_candidacy(programme=ours.programme, provider=ours.at(Kind.PROVIDER), **started)
    a_candidacy(programme=ours.programme, provider=ours.at(Kind.PROVIDER))  # has not started
    coordinate(ours, happened_on=TODAY - timedelta(days=5))
    coordinate(ours, status="agreed", with_role="debt")
    rows = taken(ours, "coordination")
    number = ours.candidacy.person.pseudonym
    assert [(row["pseudonym"], row["status"], row["stage"], row["with_role"], row["happened_on"]) for row in rows] == [
        (number, "known", "known", "", (TODAY - timedelta(days=5)).isoformat()),
        (number, "agreed", "agreed", "debt", TODAY.isoformat()),
        (silent.person.pseudonym, "", "", "", ""),
    ]
    scope = scope_of(ours.users[Role.EVALUATOR])
    with scoped(scope):
        found = contact_files.page(scope, None, today=TODAY)
    assert found is not None
    assert (found.participants, found.stages) == (2, {"agreed": 1, "": 1})
    page = client_of(ours.users[Role.EVALUATOR]).get(reverse("contact_files")).content.decode()
    assert "Er is iets afgesproken met de gemeente" in page
    theirs = client_of(world.theirs.users[Role.EVALUATOR]).get(reverse("coordination_csv"))
    assert number not in theirs.content.decode()


def test_an_evaluator_takes_the_usual_care_of_all_municipalities_along(world: World) -> None:
    """Need 61: an overview of what municipalities do without the programme, by year; nothing of another programme."""
    ours = world.ours
    MunicipalityDetails.objects.create(municipality=ours.at(Kind.MUNICIPALITY), cbs_code="0363", cbs_year=2026)
    care(ours, kinds=["debt", "benefit"])
    care(ours, year=2025, kinds=["not_known"], source="staff")
    care(world.theirs, kinds=["housing"])
    rows = taken(ours, "usual_care")
    name = ours.at(Kind.MUNICIPALITY).name
    assert [(row["municipality"], row["code"], row["year"], row["kinds"], row["source"]) for row in rows] == [
        (name, "0363", "2025", "not_known", "staff"),
        (name, "0363", "2026", "debt|benefit", "policy"),
    ]
    assert client_of(ours.users[Role.COUNSELLOR]).get(reverse("usual_care_csv")).status_code == 403


def test_a_file_without_lines_leads_back_to_what_there_is(ours: Side) -> None:
    client = client_of(ours.users[Role.LEAD])
    answer = client.get(reverse("usual_care_csv"), follow=True)
    assert answer.redirect_chain == [(reverse("contact_files"), 302)]
    assert "Hier is niets dat u mag meenemen" in answer.content.decode()
    assert client.get(reverse("usual_care_csv"), {"programme": str(ours.candidacy.pk)}, follow=True).status_code == 404


def test_an_evaluator_takes_contacts_and_phases_along_without_a_name(world: World) -> None:
    """Needs 4 and 56: contacts, the length of phases from dates, and help beside ours, as files; nothing of others."""
    ours, start = world.ours, TODAY - timedelta(days=18)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(track="basic", started_on=start, state="started")
    log(ours, happened_on=start - timedelta(days=3), minutes=30)
    log(ours, phase="plan", happened_on=start + timedelta(days=1), minutes=60)
    struck = log(ours, phase="plan", minutes=45)
    act(ours, strike_contact, on=struck.pk)
    log(ours, phase="start_of_work", minutes=20)
    act(ours, add_parallel_help, kind="debt", from_on=start, until_on=None)
    ContactMoment.objects.create(candidacy=world.theirs.candidacy, kind="video", minutes=5, phase="plan", happened_on=TODAY)
    number = ours.candidacy.person.pseudonym
    contacts = taken(ours, "contacts")
    assert [(row["pseudonym"], row["kind"], row["minutes"], row["phase"], row["days_since_start"]) for row in contacts] == [
        (number, "telephone", "30", "before_start", "-3"),
        (number, "telephone", "60", "plan", "1"),
        (number, "telephone", "20", "start_of_work", "18"),
    ]
    phases = taken(ours, "phases", Role.LEAD)
    assert [
        (row["phase"], row["from_on"], row["days"], row["goes_on"], row["minutes"], row["planned_weeks_at_most"]) for row in phases[:2]
    ] == [
        ("before_start", (start - timedelta(days=3)).isoformat(), "3", "no", "30", ""),
        ("plan", start.isoformat(), "18", "no", "60", "12"),
    ]
    assert [(row["kind"], row["until_on"]) for row in taken(ours, "help")] == [("debt", "")]
    entries = AuditEntry.objects.filter(verb="take_contacts_out").values_list("facts__what", "facts__rows")
    assert sorted(entries) == [("contacts", 3), ("help", 1), ("phases", 3)]
    assert client_of(ours.users[Role.COUNSELLOR]).get(reverse("contacts_csv")).status_code == 403
    page = client_of(ours.users[Role.EVALUATOR]).get(reverse("contact_files")).content.decode()
    assert "Van Ours" not in page
    assert (
        client_of(ours.users[Role.EVALUATOR]).get(reverse("contact_files"), {"programme": str(world.theirs.programme.pk)}).status_code
        == 404
    )


def test_a_cell_that_a_spreadsheet_would_take_for_a_formula_is_made_harmless(ours: Side) -> None:
    ContactMoment.objects.create(candidacy=ours.candidacy, kind="=1+1", minutes=5, phase="plan", happened_on=TODAY)
    assert [row["kind"] for row in taken(ours, "contacts")] == ["'=1+1"]


def test_the_page_says_how_long_each_phase_lasted(ours: Side) -> None:
    """Need 4: the length of a phase follows from the days of its contacts."""
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(track="basic", started_on=TODAY - timedelta(days=10), state="started")
    log(ours, phase="plan", happened_on=TODAY - timedelta(days=9))
    log(ours, phase="start_of_work", happened_on=TODAY)
    lengths = {one.phase: one.length for one in shown(ours).sums}
    assert lengths["plan"] is not None
    assert (lengths["plan"].from_on, lengths["plan"].days) == (TODAY - timedelta(days=10), 10)
    page = client_of(ours.users[Role.COUNSELLOR]).get(reverse("candidate_cooperation", args=[ours.candidacy.pk])).content.decode()
    assert "gepland: 6 tot 12 weken" in page
