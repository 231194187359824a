"""To whom a candidate closes the file: a no in a form binds at once, in the application and in the database; a yes opens it again.

Which question closes the file to whom stands in the programme file (`objections` of an instrument).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.break_glass import break_glass
from makegood_portal.actions.hand_over import hand_over
from makegood_portal.actions.permission import answer_permission
from makegood_portal.actions.questionnaire import Typed, begin, finish, keep_answers, open_again
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.release_date import correct_release_date
from makegood_portal.actions.reminders import remind_everybody
from makegood_portal.actions.selection import come_back, leave, pass_step
from makegood_portal.ledger import audit, history
from makegood_portal.ledger.models import AuditEntry, BreakGlass, Candidacy, Notice, PermissionRequest, Programme, Response
from makegood_portal.ledger.queries import funnel
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_loaded_programme, a_questionnaire, an_event, client_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = TODAY - timedelta(days=3)
YES = {"share_with_provider": "yes", "ask_municipality": "yes", "tell_probation": "yes", "share_with_researchers": "yes"}
OF_THE_PROVIDER = (Role.LEAD, Role.COUNSELLOR)


@pytest.fixture
def ours(world: World) -> Side:
    a_questionnaire(world.ours.programme, "consent")
    return world.ours


def says(side: Side, *, by: Role = Role.COORDINATOR, finished: bool = True, **answers: str) -> None:
    """What the candidate answers in the form about sharing; what was finished is opened again first."""
    with scoped(scope := scope_of(side.users[by])):
        if Response.objects.filter(state="finished").exists():
            open_again(by=scope, on=Response.objects.get().pk)
        key = begin(by=scope, on=side.candidacy.pk, instrument="consent", medium="screen", happened_on=DAY)
        keep_answers(by=scope, on=key, typed={name: Typed(text) for name, text in (YES | answers).items()}, happened_on=DAY)
        if finished:
            finish(by=scope, on=key)


def sees(side: Side, role: Role) -> bool:
    """Whether the file opens, and whether the database gives any of its rows; both say the same."""
    opens = client_of(side.users[role]).get(reverse("candidate", args=[side.candidacy.pk])).status_code == 200
    with scoped(scope_of(side.users[role])), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_candidacy WHERE id = %s", [side.candidacy.pk])
        ((rows,),) = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM ledger_answer WHERE candidacy_id = %s", [side.candidacy.pk])
        ((answers,),) = cursor.fetchall()
    assert opens == bool(rows)
    assert rows or not answers
    return opens


@pytest.mark.parametrize(("item", "closed"), [("share_with_provider", OF_THE_PROVIDER), ("share_with_researchers", (Role.EVALUATOR,))])
@pytest.mark.parametrize("finished", [True, False])
def test_a_no_closes_the_file_at_once(ours: Side, item: str, closed: tuple[Role, ...], finished: bool) -> None:
    readers = (*OF_THE_PROVIDER, Role.EVALUATOR, Role.COORDINATOR)
    assert all(sees(ours, role) for role in readers)
    answers: Any = {item: "no"}
    says(ours, finished=finished, **answers)
    assert {role for role in readers if not sees(ours, role)} == {*closed}
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("candidate", args=[ours.candidacy.pk])).content.decode()
    assert "de kandidaat zei nee" in page
    assert AuditEntry.objects.filter(verb="close_file", candidacy=ours.candidacy.pk).count() == 1


def test_a_yes_opens_it_again_once_its_form_is_finished(ours: Side) -> None:
    says(ours, share_with_provider="no")
    says(ours, finished=False)
    assert not sees(ours, Role.LEAD)
    says(ours)
    assert sees(ours, Role.LEAD)


def test_who_opens_a_colleagues_file_for_a_reason_does_not_pass_a_no(world: World, ours: Side) -> None:
    says(ours, share_with_provider="no")
    by = scope_of(world.ours.users[Role.COUNSELLOR])
    with scoped(by), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_identity")
        assert cursor.fetchone() == (0,)
    with scoped(by), pytest.raises(Refusal) as refused:
        break_glass(by=by, on=ours.candidacy.person.pseudonym, reason="somebody asks for them")
    assert refused.value.code == "not_found"
    assert not BreakGlass.objects.exists()


def test_the_provider_knows_nobody_before_the_candidate_said_yes(ours: Side) -> None:
    Candidacy.objects.update(step="informed", step_since=DAY, provider=None, counsellor=None)
    by = scope_of(ours.users[Role.COORDINATOR])
    with scoped(by):
        pass_step(by=by, on=ours.candidacy.pk, step="informed", happened_on=DAY, channel="")
    assert Candidacy.objects.get(pk=ours.candidacy.pk).provider is None
    says(ours, finished=False)
    assert not sees(ours, Role.LEAD)
    with scoped(by):
        finish(by=by, on=Response.objects.get().pk)
    assert Candidacy.objects.get(pk=ours.candidacy.pk).provider == ours.at(Kind.PROVIDER)
    assert sees(ours, Role.LEAD)


def test_nothing_goes_on_at_a_provider_that_may_not_know(ours: Side) -> None:
    says(ours, share_with_provider="no")
    by, version = scope_of(ours.users[Role.COORDINATOR]), Candidacy.objects.get(pk=ours.candidacy.pk).version
    with scoped(by), pytest.raises(Refusal) as refused:
        hand_over(by=by, on=ours.candidacy.pk, happened_on=TODAY, seen=version)
    assert refused.value.code == "closed_to_provider"


def test_after_the_hand_over_the_provider_keeps_the_file_and_ends_what_was_begun(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(handed_over_on=DAY)
    says(ours, by=Role.COUNSELLOR, share_with_provider="no", share_with_researchers="no")
    assert sees(ours, Role.COUNSELLOR)
    assert not sees(ours, Role.EVALUATOR)


@pytest.mark.parametrize("button", [{}, {"go": "stop"}])
def test_whoever_writes_down_a_no_to_themselves_is_told_and_led_home(ours: Side, button: dict[str, str]) -> None:
    says(ours, finished=False)
    client, response = client_of(ours.users[Role.LEAD]), Response.objects.get()
    page = client.get(reverse("response", args=[response.pk]) + "?section=what").content.decode()
    assert 'value="no"' in page
    typed = {"section": "what", "item": "share_with_provider", "value_share_with_provider": "no", "seen_share_with_provider": "yes"}
    answer = client.post(reverse("response", args=[response.pk]), typed | button, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Het is vanaf nu voor u gesloten" in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (Role.COORDINATOR, "UPDATE ledger_candidacy SET closed_to_provider = false"),
        (Role.LEAD, "SELECT ledger_close(%(key)s, false, false)"),
        (Role.HEAD_OFFICE, "SELECT ledger_close(%(key)s, false, false)"),
        (Role.EVALUATOR, "SELECT ledger_close(%(key)s, false, false)"),
    ],
)
def test_nobody_opens_a_file_past_the_form(ours: Side, role: Role, statement: str) -> None:
    says(ours, share_with_provider="no")
    with pytest.raises(ProgrammingError, match=r"only_by_a_form|not_yours"):
        carried_out(ours, role, statement)


def carried_out(side: Side, role: Role, statement: str) -> None:
    with scoped(scope_of(side.users[role])), connection.cursor() as cursor:
        cursor.execute(statement, {"key": side.candidacy.pk})


def test_a_no_of_before_the_file_said_to_whom_it_closes_counts_when_that_file_is_loaded(ours: Side) -> None:
    says(ours, share_with_provider="no")
    Candidacy.objects.update(closed_to_provider=False)  # as it was before
    Programme.objects.filter(pk=ours.programme.pk).update(code="werk-na-detentie")
    a_loaded_programme()
    assert not sees(ours, Role.LEAD)
    assert AuditEntry.objects.get(verb="load_programme").facts["closed_to_provider"] == 1


def test_a_no_that_is_kept_as_it_is_given_shows_nothing_of_the_closed_file(ours: Side) -> None:
    says(ours, finished=False)
    client, response = client_of(ours.users[Role.LEAD]), Response.objects.get()
    typed = {"section": "what", "item": "share_with_provider", "value_share_with_provider": "no", "seen_share_with_provider": "yes"}
    client.get(reverse("response", args=[response.pk]) + "?section=what")
    answer = client.post(reverse("response_keep", args=[response.pk]), typed)
    assert answer.headers["HX-Redirect"] == reverse("home")
    assert not answer.content, "it would show the yes of before as what is kept"
    assert "Het is vanaf nu voor u gesloten" in client.get("/").content.decode()


def test_the_prison_ends_what_the_provider_may_not_know_of(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(step="contract_signed", step_since=DAY)
    an_event(ours.candidacy, step="talk", outcome="passed", happened_on=DAY)
    by, client = scope_of(ours.users[Role.COORDINATOR]), client_of(ours.users[Role.COORDINATOR])
    words: Any = {"by": by, "on": ours.candidacy.pk, "happened_on": TODAY}
    with scoped(by), pytest.raises(NotYours):
        leave(**words, step="contract_signed", reasons={"prison_service": "drops_out_in_prison"})
    says(ours, share_with_provider="no")
    where = reverse("candidate_leave", args=[ours.candidacy.pk])
    assert where in client.get(reverse("candidate", args=[ours.candidacy.pk])).content.decode()
    assert "doet iemand anders" not in client.get(where).content.decode()
    with scoped(by):
        leave(**words, step="contract_signed", reasons={"prison_service": "drops_out_in_prison"})
        assert Candidacy.objects.get(pk=ours.candidacy.pk).state == "left"
        come_back(**words)
        assert Candidacy.objects.get(pk=ours.candidacy.pk).state == "open"
        with pytest.raises(NotYours):
            pass_step(**words, step="contract_signed")


def test_a_municipality_answers_about_somebody_whose_file_is_closed_and_hears_nothing_of_that(ours: Side) -> None:
    says(ours, share_with_provider="no")
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(step="permission_asked", step_since=DAY)
    asked = PermissionRequest.objects.create(
        candidacy=ours.candidacy, municipality=ours.at(Kind.MUNICIPALITY), state="asked", asked_on=DAY, deadline_on=TODAY,
        says=history.seal(ours.candidacy.person_id, {"name": "S. J."}),
    )  # fmt: skip
    by = scope_of(ours.users[Role.MUNICIPAL_CONTACT])
    with scoped(by):
        answer_permission(by=by, on=asked.pk, seen=asked.version, answer="granted", words="", today=TODAY)
    assert PermissionRequest.objects.get().state == "granted"
    assert Candidacy.objects.get(pk=ours.candidacy.pk).step == "permission_asked"
    assert [*Notice.objects.values_list("to", "kind")] == [(ours.users[Role.COORDINATOR].pk, "permission_answered")]


def test_what_is_told_of_a_closed_file_is_told_to_the_prison(ours: Side) -> None:
    says(ours, share_with_provider="no")
    by, soon = scope_of(ours.users[Role.COORDINATOR]), TODAY + timedelta(days=5)
    with scoped(by):
        version = Candidacy.objects.get(pk=ours.candidacy.pk).version
        words: Any = {"source": "prison_register", "reason": "date_was_wrong", "seen": version, "today": TODAY}
        correct_release_date(by=by, on=ours.candidacy.pk, release_on=soon, **words)
    remind_everybody(TODAY)
    assert {*Notice.objects.filter(candidacy=ours.candidacy).values_list("to", flat=True)} == {ours.users[Role.COORDINATOR].pk}


def test_a_file_that_was_handed_over_in_the_same_moment_is_not_closed_to_everybody(ours: Side) -> None:
    says(ours, finished=False)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(handed_over_on=DAY)
    with scoped(by := scope_of(ours.users[Role.LEAD])), connection.cursor() as cursor:
        audit.record(by, "close_file", candidacy=ours.candidacy.pk, person=ours.candidacy.person_id)
        cursor.execute("SELECT ledger_close(%s, true, false)", [ours.candidacy.pk])
    assert sees(ours, Role.LEAD)


def test_who_said_no_to_research_is_in_no_count_of_the_evaluator(ours: Side) -> None:
    """Six were listed and five are known: the small groups would tell what became of the one. Whoever leads the project counts all."""

    def counts(role: Role) -> tuple[int, int]:
        with scoped(scope := scope_of(ours.users[role])):
            found = funnel.funnel(scope, as_of=TODAY)
        assert found is not None
        return found.listed, sum(line.listed for line in found.by_prison)

    assert counts(Role.EVALUATOR) == counts(Role.HEAD_OFFICE) == (1, 1)
    says(ours, share_with_researchers="no")
    assert (counts(Role.EVALUATOR), counts(Role.HEAD_OFFICE), counts(Role.COORDINATOR)) == ((0, 0), (1, 1), (1, 1))
