"""The steps of the selection procedure: actor, date, deadline, and a coded reason at every exit.

Needs 18, 30, 32, 33, 43: why people leave is known step by step; each step says what is done; the channel has its yield.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.questionnaire import Typed, begin, finish, keep_answers, leave_the_rest
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.selection import (
    assign_counsellor,
    come_back,
    leave,
    leave_together,
    pass_step,
    pass_step_together,
    take_step_back,
    take_steps_back,
)
from makegood_portal.ledger import access, audit, terms
from makegood_portal.ledger.models import (
    AuditEntry,
    Candidacy,
    Contract,
    EligibilityAssessment,
    PermissionRequest,
    ProgrammeVersion,
    Response,
    SelectionEvent,
)
from makegood_portal.ledger.queries import candidates, consents, queue
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import TODAY, Side, World, a_candidacy, a_questionnaire, a_user, an_event, came_home, client_of

pytestmark = pytest.mark.django_db
LATER = date(2026, 3, 5)


@pytest.fixture
def ours(world: World) -> Side:
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(provider=None, counsellor=None)
    return world.ours


def candidacy(side: Side) -> Candidacy:
    return Candidacy.objects.get(pk=side.candidacy.pk)


def passes(side: Side, role: Role, step: str, on: date = LATER, **more: str) -> Candidacy:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return pass_step(by=scope, on=side.candidacy.pk, step=step, happened_on=on, **more)


def test_a_step_done_leads_to_the_next_with_its_deadline(ours: Side) -> None:
    passes(ours, Role.COORDINATOR, "list_checked")
    row = candidacy(ours)
    assert (row.step, row.step_since, row.step_due_on) == ("informed", LATER, date(2026, 3, 12))
    event = SelectionEvent.objects.latest("recorded_at")
    assert (event.step, event.outcome, event.happened_on, event.actor) == ("list_checked", "passed", LATER, ours.users[Role.COORDINATOR])


def test_the_provider_comes_in_where_the_counsellor_acts(ours: Side) -> None:
    passes(ours, Role.COORDINATOR, "list_checked")
    passes(ours, Role.COORDINATOR, "informed", channel="briefing")
    row = candidacy(ours)
    assert (row.step, row.provider, row.channel) == ("questionnaire", None, "briefing"), "a form here asks whether it may know them"
    passes(ours, Role.COORDINATOR, "questionnaire")
    assert (candidacy(ours).step, candidacy(ours).provider) == ("talk", ours.at(Kind.PROVIDER))


def test_who_does_not_act_in_a_step_cannot_do_it(ours: Side) -> None:
    with pytest.raises(NotYours):
        passes(ours, Role.LEAD, "list_checked")
    Candidacy.objects.update(step="talk", provider=ours.at(Kind.PROVIDER))
    with pytest.raises(NotYours):
        passes(ours, Role.COORDINATOR, "talk")
    assert passes(ours, Role.LEAD, "talk").step == "permission_asked"


def test_a_step_is_done_when_its_questionnaires_are_finished(ours: Side) -> None:
    """Needs 2, 5: the step names a form on consent; a required question has its answer or its reason."""
    scope = scope_of(ours.users[Role.COORDINATOR])
    Candidacy.objects.update(step="questionnaire")
    a_questionnaire(ours.programme, "consent")
    waits(ours, Role.COORDINATOR, "questionnaire")
    with scoped(scope):
        response = begin(by=scope, on=ours.candidacy.pk, instrument="consent", medium="paper", happened_on=LATER)
        leave_the_rest(by=scope, on=response, why="not_asked", happened_on=LATER)
    waits(ours, Role.COORDINATOR, "questionnaire")
    with scoped(scope):
        finish(by=scope, on=response)
    assert passes(ours, Role.COORDINATOR, "questionnaire").step == "talk"


def waits(side: Side, role: Role, step: str) -> None:
    with pytest.raises(Refusal) as refused:
        passes(side, role, step)
    assert refused.value.code == "not_filled_in"


def test_what_the_counsellor_judges_is_asked_at_the_talk_and_not_of_the_prison(ours: Side) -> None:
    """The screening is named at two steps: the prison asks the candidate, and the counsellor finishes it."""
    prison, guide = (scope_of(ours.users[role]) for role in (Role.COORDINATOR, Role.COUNSELLOR))
    Candidacy.objects.update(step="questionnaire", counsellor=guide.user, provider=ours.at(Kind.PROVIDER))
    form = terms.questionnaire(a_questionnaire(ours.programme, "screening").pk)
    own = {item.name: Typed(non_answer="refused") for item in form.items if item.told}
    with scoped(prison):
        response = begin(by=prison, on=ours.candidacy.pk, instrument="screening", medium="talk", happened_on=LATER)
        keep_answers(by=prison, on=response, typed=own, happened_on=LATER)
    passes(ours, Role.COORDINATOR, "questionnaire")
    waits(ours, Role.COUNSELLOR, "talk")
    with scoped(guide):
        leave_the_rest(by=guide, on=response, why="not_known", happened_on=LATER)
        finish(by=guide, on=response)
    assert passes(ours, Role.COUNSELLOR, "talk").step == "permission_asked"


def test_history_that_came_in_as_finished_is_no_excuse_for_open_questions(ours: Side) -> None:
    Candidacy.objects.update(step="talk", provider=ours.at(Kind.PROVIDER))
    form = a_questionnaire(ours.programme, "screening")
    Response.objects.create(candidacy=ours.candidacy, questionnaire=form, state="finished", started_on=TODAY)
    waits(ours, Role.LEAD, "talk")


def test_what_a_step_still_wants_stands_on_its_page(ours: Side) -> None:
    Candidacy.objects.update(step="questionnaire")
    a_questionnaire(ours.programme, "screening")
    browser, page = client_of(ours.users[Role.COORDINATOR]), reverse("candidate_step", args=[ours.candidacy.pk])
    assert "Nog niet begonnen" in browser.get(page).content.decode()
    refused = browser.post(page, {"step": "questionnaire", "happened_on": timezone.localdate().isoformat()})
    assert refused.status_code == 422
    assert "is nog niet afgerond" in refused.content.decode()
    assert candidacy(ours).step == "questionnaire"


@pytest.mark.parametrize(
    ("step", "on", "said"),
    [("informed", LATER, "moved_on"), ("list_checked", date(2026, 3, 1), "too_early")],
)
def test_a_stale_page_and_an_impossible_day_are_refused(ours: Side, step: str, on: date, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        passes(ours, Role.COORDINATOR, step, on)
    assert refused.value.code == said


def leaves(side: Side, reasons: dict[str, str], role: Role = Role.COORDINATOR, step: str = "list_checked") -> Candidacy:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return leave(by=scope, on=side.candidacy.pk, step=step, happened_on=LATER, reasons=reasons)


def test_each_list_keeps_its_own_reason_for_one_exit(ours: Side) -> None:
    leaves(ours, {"prison_service": "no_citizen_service_number", "provider": "no_municipal_ties_or_no_bsn"})
    row = candidacy(ours)
    assert (row.state, row.exit_reason, row.left_on) == ("left", "no_citizen_service_number", LATER)
    assert set(SelectionEvent.objects.filter(outcome="exited").values_list("reason_source", "reason")) == {
        ("prison_service", "no_citizen_service_number"), ("provider", "no_municipal_ties_or_no_bsn")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        ({}, "no_reason"),
        ({"prison_service": ""}, "no_reason"),
        ({"prison_service": "just_because"}, "unknown_reason"),
        ({"prison_service": "not_recorded"}, "unknown_reason"),
        ({"prison_service": "municipality_does_not_agree"}, "unknown_reason"),
        ({"elsewhere": "not_suitable"}, "unknown_reason"),
    ],
    ids=["none", "empty", "invented", "only for history", "of another step", "of no list"],
)
def test_nobody_leaves_without_a_reason_that_fits_the_step(ours: Side, reasons: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        leaves(ours, reasons)
    assert refused.value.code == code
    assert candidacy(ours).state == "open"


def test_who_left_can_come_back_and_the_reason_stays_in_the_history(ours: Side) -> None:
    leaves(ours, {"prison_service": "not_suitable"})
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope):
        come_back(by=scope, on=ours.candidacy.pk, happened_on=LATER)
    row = candidacy(ours)
    assert (row.state, row.step, row.exit_reason) == ("open", "list_checked", "")
    assert SelectionEvent.objects.filter(reason="not_suitable").exists()


def test_a_step_taken_back_is_corrected_and_never_erased(ours: Side) -> None:
    passes(ours, Role.COORDINATOR, "list_checked")
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope):
        take_step_back(by=scope, on=ours.candidacy.pk, step="list_checked", happened_on=LATER)
    assert candidacy(ours).step == "list_checked"
    assert SelectionEvent.objects.filter(outcome="passed", corrected_by__isnull=False).count() == 1
    with scoped(scope), pytest.raises(Refusal) as refused:
        take_step_back(by=scope, on=ours.candidacy.pk, step="list_checked", happened_on=LATER)
    assert refused.value.code == "nothing_to_undo"


def takes_back(side: Side, step: str, role: Role = Role.COORDINATOR) -> Candidacy:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return take_step_back(by=scope, on=side.candidacy.pk, step=step, happened_on=date(2026, 3, 10))


def test_taken_back_is_the_step_that_is_meant_and_no_later_one(ours: Side) -> None:
    """Two pages are open: what the undo of the first names is not what the second did since."""
    browser, today = client_of(ours.users[Role.COORDINATOR], headers={"Accept-Language": "en"}), timezone.localdate().isoformat()
    step = reverse("candidate_step", args=[ours.candidacy.pk])
    shown = browser.post(step, {"step": "list_checked", "happened_on": today}, follow=True).content.decode()
    undo = reverse("candidate_step_back", args=[ours.candidacy.pk, "list_checked"])
    assert f'action="{undo}"' in shown
    passes(ours, Role.COORDINATOR, "informed", timezone.localdate())
    answer = browser.post(undo, follow=True)
    assert (answer.status_code, candidacy(ours).step) == (200, "questionnaire")
    assert "was not taken back" in answer.content.decode()
    with pytest.raises(Refusal) as refused:
        takes_back(ours, "list_checked")
    assert refused.value.code == "another_step"


def test_after_a_step_is_taken_back_the_true_day_can_be_recorded(ours: Side) -> None:
    """The candidate stands at the step since the day on which it began, and it is due when it was."""
    passes(ours, Role.COORDINATOR, "list_checked", date(2026, 3, 9))
    row = takes_back(ours, "list_checked")
    assert (row.step_since, row.step_due_on) == (TODAY, date(2026, 3, 9))  # reached on that day
    passes(ours, Role.COORDINATOR, "list_checked", date(2026, 3, 3))
    before = candidacy(ours)
    for day in (date(2026, 3, 6), date(2026, 3, 5)):
        passes(ours, Role.COORDINATOR, "informed", day)
        row = takes_back(ours, "informed")
        assert (row.step, row.step_since, row.step_due_on) == ("informed", before.step_since, before.step_due_on)
    takes_back(ours, "list_checked")
    assert passes(ours, Role.COORDINATOR, "list_checked", date(2026, 3, 4)).step_since == date(2026, 3, 4)


def test_taken_back_after_a_return_the_step_began_with_the_return(ours: Side) -> None:
    leaves(ours, {"prison_service": "not_suitable"})
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope):
        come_back(by=scope, on=ours.candidacy.pk, happened_on=date(2026, 3, 6))
    passes(ours, Role.COORDINATOR, "list_checked", date(2026, 3, 9))
    row = takes_back(ours, "list_checked")
    assert (row.step_since, row.step_due_on) == (date(2026, 3, 6), date(2026, 3, 13))


def on_the_list(side: Side) -> list[Candidacy]:
    """Three whom the head office has not sent to the prison yet."""
    rows = [a_candidacy(programme=side.programme, prison=side.at(Kind.PRISON), step="list_sent") for _ in range(2)]
    Candidacy.objects.filter(pk=side.candidacy.pk).update(step="list_sent")
    return [candidacy(side), *rows]


def test_the_head_office_sends_the_list_one_by_one_or_together_and_takes_it_back(ours: Side) -> None:
    first, *others = on_the_list(ours)
    browser, today = client_of(ours.users[Role.HEAD_OFFICE]), timezone.localdate().isoformat()
    sent = browser.post(reverse("candidate_step", args=[first.pk]), {"step": "list_sent", "happened_on": today})
    assert (sent.status_code, candidacy(ours).step) == (302, "list_checked")
    browser.post(reverse("candidate_step_back", args=[first.pk, "list_sent"]))
    assert candidacy(ours).step == "list_sent"
    words = {"programme": ours.programme.pk, "step": "list_sent", "happened_on": today}
    together = browser.post(reverse("queue"), {**words, "candidate": [first.pk, *(row.pk for row in others)]})
    assert together.status_code == 302
    assert set(Candidacy.objects.filter(programme=ours.programme).values_list("step", flat=True)) == {"list_checked"}


def test_the_head_office_records_why_somebody_does_not_go_on_and_takes_them_up_again(ours: Side) -> None:
    on_the_list(ours)
    leaves(ours, {"prison_service": "transferred"}, Role.HEAD_OFFICE, "list_sent")
    assert (candidacy(ours).state, candidacy(ours).exit_reason) == ("left", "transferred")
    scope = scope_of(ours.users[Role.HEAD_OFFICE])
    with scoped(scope):
        come_back(by=scope, on=ours.candidacy.pk, happened_on=LATER, reason="back in the prison")
    assert (candidacy(ours).state, candidacy(ours).step) == ("open", "list_sent")


def test_the_head_office_touches_nobody_else(world: World) -> None:
    """Not of another programme, not past the prison's check, not handed over; of its own nothing but steps and events."""
    ours, theirs = world.ours, world.theirs
    on_the_list(theirs)
    for side, step in ((theirs, "list_sent"), (ours, "list_checked"), (ours, "informed")):
        Candidacy.objects.filter(pk=side.candidacy.pk).update(step=step)
        scope = scope_of(ours.users[Role.HEAD_OFFICE])
        with scoped(scope), pytest.raises(NotYours):
            pass_step(by=scope, on=side.candidacy.pk, step=step, happened_on=LATER)
        with scoped(scope), pytest.raises(NotYours):
            leave(by=scope, on=side.candidacy.pk, step=step, happened_on=LATER, reasons={"prison_service": "transferred"})
    scope = scope_of(ours.users[Role.HEAD_OFFICE])
    for step, handed_over_on, writes in (("list_sent", None, 1), ("list_checked", None, 1), ("informed", None, 0), ("list_sent", TODAY, 0)):
        Candidacy.objects.filter(programme=ours.programme).update(step=step, handed_over_on=handed_over_on)
        assert access.writable(Candidacy.objects.all(), scope).count() == writes
        with scoped(scope), connection.cursor() as cursor:
            audit.record(scope, "tried")
            cursor.execute("UPDATE ledger_candidacy SET track = track")
            assert cursor.rowcount == writes
    Candidacy.objects.filter(programme=ours.programme).update(step="list_sent", handed_over_on=None)
    written = [part for part in access.Part if access.allowed_of(scope, part, writing=True)]
    assert written == [access.Part.CANDIDACY, access.Part.SELECTION]


def test_the_step_in_which_permission_is_asked_is_done_by_the_answer(ours: Side) -> None:
    """An open request is no permission: the step is not done by hand, and its page leads to the request."""
    Candidacy.objects.update(step="permission_asked")
    asked = {"candidacy": ours.candidacy, "municipality": ours.at(Kind.MUNICIPALITY), "asked_on": TODAY, "deadline_on": LATER}
    request = PermissionRequest.objects.create(**asked, state="asked")
    with pytest.raises(Refusal) as refused:
        passes(ours, Role.COORDINATOR, "permission_asked")
    assert refused.value.code == "not_permitted"
    browser, step = client_of(ours.users[Role.COORDINATOR]), reverse("candidate_step", args=[ours.candidacy.pk])
    page = browser.get(step).content.decode()
    assert "Stap gedaan" not in page
    assert reverse("candidate_permissions", args=[ours.candidacy.pk]) in page
    assert browser.post(step, {"step": "permission_asked", "happened_on": timezone.localdate().isoformat()}).status_code == 422
    PermissionRequest.objects.filter(pk=request.pk).update(
        state="granted_with_conditions", answered_on=LATER, conditions="a place to sleep"
    )
    assert "Stap gedaan" in browser.get(step).content.decode()
    assert passes(ours, Role.COORDINATOR, "permission_asked").step == "acquaintance"


def test_no_start_without_permission_and_no_contract_step_without_a_contract(ours: Side) -> None:
    provider, counsellor = ours.at(Kind.PROVIDER), ours.users[Role.COUNSELLOR]
    Candidacy.objects.update(step="contract_signed", provider=provider, counsellor=counsellor)
    with pytest.raises(Refusal) as refused:
        passes(ours, Role.COUNSELLOR, "contract_signed")
    assert refused.value.code == "no_contract"
    Contract.objects.create(candidacy=ours.candidacy, track="basic", signed_on=LATER, signed_with=counsellor)
    assert passes(ours, Role.COUNSELLOR, "contract_signed").step == "started"
    Candidacy.objects.update(contract_on=LATER)
    with pytest.raises(Refusal) as refused:
        passes(ours, Role.COUNSELLOR, "started")
    assert refused.value.code == "not_permitted"
    PermissionRequest.objects.create(
        candidacy=ours.candidacy, municipality=ours.at(Kind.MUNICIPALITY), state="granted",
        asked_on=TODAY, deadline_on=LATER, answered_on=LATER,
    )  # fmt: skip
    came_home(ours.candidacy, TODAY)
    row = passes(ours, Role.COUNSELLOR, "started")
    assert (row.state, row.started_on) == ("started", LATER)


def test_many_at_once_where_the_step_allows_it_all_or_none(ours: Side) -> None:
    more = [a_candidacy(programme=ours.programme, prison=ours.at(Kind.PRISON), name=f"Naam{number}") for number in range(3)]
    scope = scope_of(ours.users[Role.COORDINATOR])
    keys = [ours.candidacy.pk, *(row.pk for row in more)]
    with scoped(scope):
        assert pass_step_together(by=scope, on=keys, step="list_checked", happened_on=LATER).number == 4
    assert set(Candidacy.objects.filter(pk__in=keys).values_list("step", flat=True)) == {"informed"}
    Candidacy.objects.filter(pk=more[0].pk).update(step="questionnaire")
    with scoped(scope), pytest.raises(Refusal):
        pass_step_together(by=scope, on=keys, step="informed", happened_on=LATER)
    assert Candidacy.objects.filter(pk__in=keys, step="informed").count() == 3


def together(side: Side, many: int = 4) -> tuple[list[Candidacy], UUID]:
    """So many whom the prison checked at once, and the mark of that act."""
    more = [a_candidacy(programme=side.programme, prison=side.at(Kind.PRISON)) for _ in range(many - 1)]
    rows, scope = [side.candidacy, *more], scope_of(side.users[Role.COORDINATOR])
    with scoped(scope):
        return rows, pass_step_together(by=scope, on=[row.pk for row in rows], step="list_checked", happened_on=LATER).mark


def test_what_was_done_for_many_is_undone_from_its_notice(ours: Side) -> None:
    rows = [ours.candidacy, a_candidacy(programme=ours.programme, prison=ours.at(Kind.PRISON))]
    for row in rows:
        an_event(row)
    client = client_of(ours.users[Role.COORDINATOR])
    words = {"programme": ours.programme.pk, "step": "list_checked", "happened_on": timezone.localdate().isoformat()}
    page = client.post(reverse("queue"), {**words, "candidate": [row.pk for row in rows]}, follow=True).content.decode()
    [undo] = re.findall(r'<form class="undo" method="post" action="([^"]+)"', page)
    assert "2 kandidaten: stap teruggedraaid." in client.post(undo, follow=True).content.decode()
    stands = Candidacy.objects.filter(programme=ours.programme).values_list("step", "step_since", "step_due_on")
    assert set(stands) == {("list_checked", TODAY, date(2026, 3, 9))}, "as before: since that day, and due seven days later"
    again = client.post(undo, follow=True).content.decode()
    assert "niets teruggedraaid" in again
    assert SelectionEvent.objects.filter(outcome="reopened").count() == 2, "what is undone is not undone twice"
    assert {entry.person for entry in AuditEntry.objects.filter(verb="take_steps_back", table="ledger_selectionevent")} == {
        row.person_id for row in rows
    }


def test_of_many_only_those_are_taken_back_with_whom_nothing_happened_since(ours: Side) -> None:
    """One went on, one left, one was taken back and done again, one was handed over: only the fifth stands as it was left."""
    (went_on, left, done_again, handed_over, stands), mark = together(ours, 5)
    scope, on = scope_of(ours.users[Role.COORDINATOR]), date(2026, 3, 6)
    with scoped(scope):
        pass_step(by=scope, on=went_on.pk, step="informed", happened_on=on)
        leave(by=scope, on=left.pk, step="informed", happened_on=on, reasons={"prison_service": "transferred"})
        take_step_back(by=scope, on=done_again.pk, step="list_checked", happened_on=on)
        pass_step(by=scope, on=done_again.pk, step="list_checked", happened_on=on)
    Candidacy.objects.filter(pk=handed_over.pk).update(handed_over_on=on)
    with scoped(scope):
        found = take_steps_back(by=scope, on=mark, happened_on=on)
    assert (found.number, found.stayed) == (1, 4)
    steps = dict(Candidacy.objects.values_list("pk", "step"))
    assert (steps[stands.pk], steps[went_on.pk], steps[done_again.pk], steps[handed_over.pk]) == (
        "list_checked", "questionnaire", "informed", "informed",
    )  # fmt: skip
    with scoped(scope), pytest.raises(Refusal) as refused:
        take_steps_back(by=scope, on=mark, happened_on=on)
    assert refused.value.code == "nothing_to_undo"


def test_many_who_do_not_go_on_are_recorded_at_once_with_their_reason_and_taken_up_again(ours: Side) -> None:
    rows = [ours.candidacy, *(a_candidacy(programme=ours.programme, prison=ours.at(Kind.PRISON)) for _ in range(2))]
    for row in rows:
        an_event(row)
    client, today = client_of(ours.users[Role.COORDINATOR]), timezone.localdate()
    ticked = {"programme": str(ours.programme.pk), "step": "list_checked", "page": "1", "candidate": [str(row.pk) for row in rows]}
    page = client.post(reverse("queue_leave"), {**ticked, "happened_on": today.isoformat()}).content.decode()
    assert "3 kandidaten" in page
    assert f'value="{today.isoformat()}"' in page, "the day that stood in the queue stands here"
    why = {**ticked, "happened_on": today.isoformat(), "reasons_asked": "yes"}
    assert client.post(reverse("queue_leave"), why).status_code == 422, "without a reason nobody can learn from it"
    assert set(Candidacy.objects.filter(programme=ours.programme).values_list("state", flat=True)) == {"open"}
    done = client.post(reverse("queue_leave"), {**why, "reason_prison_service": "transferred"}, follow=True).content.decode()
    assert "3 kandidaten gaan niet door." in done
    assert set(Candidacy.objects.filter(programme=ours.programme).values_list("state", "exit_reason")) == {("left", "transferred")}
    [undo] = re.findall(r'<form class="undo" method="post" action="([^"]+)"', done)
    with scoped(scope := scope_of(ours.users[Role.COORDINATOR])):
        come_back(by=scope, on=rows[0].pk, happened_on=today)
    back = client.post(undo, follow=True).content.decode()
    assert "2 kandidaten zijn weer onderweg. Bij 1 kandidaat niet" in back, "one came back meanwhile"
    assert set(Candidacy.objects.filter(programme=ours.programme).values_list("state", "step")) == {("open", "list_checked")}
    assert "niets teruggedraaid" in client.post(undo, follow=True).content.decode()


def test_many_who_leave_are_all_at_that_step_and_all_the_askers_or_none_is_recorded(world: World) -> None:
    scope, mine = scope_of(world.ours.users[Role.COORDINATOR]), world.ours.candidacy
    words: dict[str, Any] = {"step": "list_checked", "happened_on": LATER, "reasons": {"prison_service": "transferred"}}
    with scoped(scope):
        with pytest.raises(NotYours):
            leave_together(by=scope, on=[mine.pk, world.theirs.candidacy.pk], **words)
        with pytest.raises(Refusal):
            leave_together(by=scope, on=[mine.pk], **words | {"reasons": {}})
        Candidacy.objects.filter(pk=mine.pk).update(step="informed")
        with pytest.raises(Refusal):
            leave_together(by=scope, on=[mine.pk], **words)
    assert set(Candidacy.objects.values_list("state", flat=True)) == {"open"}


@pytest.mark.parametrize("many", [True, False], ids=["for many", "for one"])
def test_with_a_step_that_is_taken_back_the_provider_sees_the_file_no_longer(
    ours: Side, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    """The step before the provider's first one gives it the file, where no form asks first; a wrong tick must not leave it there."""
    monkeypatch.setattr(consents, "asks_whether", lambda *_: False)
    one, scope, lead = ours.candidacy, scope_of(ours.users[Role.COORDINATOR]), scope_of(ours.users[Role.LEAD])
    Candidacy.objects.filter(pk=one.pk).update(step="informed", provider=None, counsellor=None)
    an_event(one, step="informed")

    def seen() -> bool:
        with scoped(lead):
            return candidates.file(lead, one.pk) is not None

    assert not seen()
    with scoped(scope):
        if many:
            mark = pass_step_together(by=scope, on=[one.pk], step="informed", happened_on=LATER).mark
        else:
            pass_step(by=scope, on=one.pk, step="informed", happened_on=LATER)
    assert seen()
    with scoped(scope):
        if many:
            take_steps_back(by=scope, on=mark, happened_on=LATER)
        else:
            take_step_back(by=scope, on=one.pk, step="informed", happened_on=LATER)
    assert not seen()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEAD, Role.HEAD_OFFICE])
def test_what_somebody_else_did_for_many_is_not_undone_with_its_mark(ours: Side, role: Role) -> None:
    _rows, mark = together(ours)
    colleague = scope_of(a_user(role, at=ours.users[role].memberships.get().organisation))
    with scoped(colleague), pytest.raises(NotYours):
        take_steps_back(by=colleague, on=mark, happened_on=LATER)
    assert set(Candidacy.objects.filter(programme=ours.programme).values_list("step", flat=True)) == {"informed"}


def test_other_peoples_candidates_among_many_refuse_all(world: World) -> None:
    scope = scope_of(world.ours.users[Role.COORDINATOR])
    with scoped(scope), pytest.raises(NotYours):
        pass_step_together(by=scope, on=[world.ours.candidacy.pk, world.theirs.candidacy.pk], step="list_checked", happened_on=LATER)
    assert set(Candidacy.objects.values_list("step", flat=True)) == {"list_checked"}


def test_the_lead_assigns_a_counsellor_of_the_own_provider(world: World) -> None:
    scope = scope_of(world.ours.users[Role.LEAD])
    with scoped(scope):
        with pytest.raises(Refusal):
            assign_counsellor(by=scope, on=world.ours.candidacy.pk, counsellor=world.theirs.users[Role.COUNSELLOR].pk, seen=1)
        row = assign_counsellor(by=scope, on=world.ours.candidacy.pk, counsellor=world.ours.users[Role.COUNSELLOR].pk, seen=1)
    assert row.counsellor == world.ours.users[Role.COUNSELLOR]


def test_the_queue_of_a_coordinator_holds_the_own_steps_and_the_overdue_first(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(step_due_on=date(2026, 3, 4), release_on=date(2026, 3, 25))
    a_candidacy(programme=ours.programme, prison=ours.at(Kind.PRISON), step_due_on=date(2026, 3, 20))
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope):
        found = queue.queue(scope, today=LATER)
    assert found.chosen is not None
    assert (found.chosen.step, found.chosen.waiting, found.chosen.overdue) == ("list_checked", 2, 1)
    assert [line.overdue for line in found.lines] == [True, False]
    assert found.lines[0].time_left == "late"


def test_a_queue_takes_few_queries_however_many_wait(ours: Side, django_assert_max_num_queries: pytest.FixtureRequest) -> None:
    for number in range(60):
        a_candidacy(programme=ours.programme, prison=ours.at(Kind.PRISON), name=f"Naam{number}")
    client = client_of(ours.users[Role.COORDINATOR])
    client.get(reverse("queue"))
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        assert client.get(reverse("queue")).status_code == 200


def test_by_hand_a_step_is_done_and_taken_back_and_a_candidate_leaves(ours: Side) -> None:
    client, today = client_of(ours.users[Role.COORDINATOR]), timezone.localdate().isoformat()
    step, key = reverse("candidate_step", args=[ours.candidacy.pk]), ours.candidacy.pk
    page = client.post(step, {"step": "list_checked", "happened_on": today}, follow=True)
    assert "Voorgelicht" in page.content.decode()
    assert client.post(reverse("candidate_step_back", args=[key, "list_checked"]), follow=True).status_code == 200
    assert candidacy(ours).step == "list_checked"
    page = client.post(reverse("candidate_leave", args=[key]), {"step": "list_checked", "happened_on": today})
    assert page.status_code == 422
    client.post(
        reverse("candidate_leave", args=[key]), {"step": "list_checked", "happened_on": today, "reason_prison_service": "not_suitable"}
    )  # fmt: skip
    assert candidacy(ours).state == "left"


def test_a_day_to_come_is_not_done_yet(ours: Side) -> None:
    page = client_of(ours.users[Role.COORDINATOR]).post(
        reverse("candidate_step", args=[ours.candidacy.pk]), {"step": "list_checked", "happened_on": "2999-01-01"}
    )  # fmt: skip
    assert page.status_code == 422
    assert candidacy(ours).step == "list_checked"


def test_the_queue_names_what_is_to_be_done(ours: Side) -> None:
    """Its title says that a step is done, which is not so of whoever waits for it."""
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("queue")).content.decode()
    assert "Controleren" in page
    assert "Gecontroleerd door de inrichting" not in page


def test_a_reason_from_the_other_list_can_be_taken_away_again(ours: Side) -> None:
    client = client_of(ours.users[Role.COORDINATOR])
    where, today = reverse("candidate_leave", args=[ours.candidacy.pk]), timezone.localdate().isoformat()
    page = client.get(where).content.decode()
    assert len(re.findall(r'<input type="radio" name="reason_provider" value=""', page)) == 1
    sent = {"step": "list_checked", "happened_on": today, "reason_prison_service": "not_suitable", "reason_provider": ""}
    assert client.post(where, sent).status_code == 302
    assert list(SelectionEvent.objects.filter(outcome="exited").values_list("reason_source", "reason")) == [
        ("prison_service", "not_suitable")
    ]


def test_the_talk_says_that_the_advice_was_not_kept_and_is_done_all_the_same(ours: Side) -> None:
    Candidacy.objects.update(step="talk", provider=ours.at(Kind.PROVIDER), counsellor=ours.users[Role.COUNSELLOR])
    client, where = client_of(ours.users[Role.COUNSELLOR]), reverse("candidate_step", args=[ours.candidacy.pk])
    advice = reverse("candidate_eligibility", args=[ours.candidacy.pk])
    assert "nog niet bewaard" in client.get(where).content.decode()
    assert f'href="{advice}"' in client.get(where).content.decode()
    assert passes(ours, Role.COUNSELLOR, "talk").step == "permission_asked"
    Candidacy.objects.update(step="talk")
    version = ProgrammeVersion.objects.get(programme=ours.programme)
    EligibilityAssessment.objects.create(
        candidacy=ours.candidacy, programme_version=version, happened_on=TODAY, answer="yes", track="basic"
    )
    assert "nog niet bewaard" not in client.get(where).content.decode()
