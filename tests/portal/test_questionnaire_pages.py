"""Filling in: every answer kept at once, resumable, required means required, a reason is an answer, two people do not overwrite.

Needs 3, 5, 7, 8, 13, 14, 42: coded answers with source and time; missingness from the first day.
"""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils.translation import override

from makegood_portal.actions.advice import begin_register_form
from makegood_portal.actions.questionnaire import (
    NotKept,
    Typed,
    begin,
    finish,
    keep_answers,
    leave_the_rest,
    open_again,
    take_reasons_back,
)
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.models import Answer, AuditEntry, Candidacy, Response
from makegood_portal.ledger.queries import questionnaires
from makegood_portal.ledger.scope import Scope, scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import World, a_questionnaire, client_of
from portal.questions import MOST, questions

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)


@pytest.fixture
def scope(world: World) -> Scope:
    for side in (world.ours, world.theirs):
        a_questionnaire(side.programme)
    return scope_of(world.ours.users[Role.COUNSELLOR])


@pytest.fixture
def response(world: World, scope: Scope) -> UUID:
    with scoped(scope):
        return begin(by=scope, on=world.ours.candidacy.pk, instrument="screening", medium="screen", happened_on=ON)


def tries(scope: Scope, response: UUID, **typed: Typed) -> NotKept:
    with scoped(scope):
        return keep_answers(by=scope, on=response, typed=typed, happened_on=ON)


def keeps(scope: Scope, response: UUID, **typed: Typed) -> None:
    assert tries(scope, response, **typed) == NotKept({}, ())


def test_what_was_begun_is_taken_up_again(world: World, scope: Scope, response: UUID) -> None:
    with scoped(scope):
        assert begin(by=scope, on=world.ours.candidacy.pk, instrument="screening", medium="screen", happened_on=ON) == response


def test_what_was_begun_and_not_answered_is_missing_from_the_first_day(scope: Scope, response: UUID) -> None:
    with scoped(scope):
        found = questionnaires.filling(scope, response)
    assert found is not None
    begun = Response.objects.get()
    assert (begun.asked, begun.answered_count) == (list(found.progress.asked), 0)
    assert begun.asked_count == len(found.progress.asked) > 40


def test_what_is_finished_is_not_begun_a_second_time(world: World, scope: Scope, response: UUID) -> None:
    """A page that was open since before it was finished leads to the answers, and hides nothing."""
    with scoped(scope):
        leave_the_rest(by=scope, on=response, why="not_asked", happened_on=ON)
        finish(by=scope, on=response)
    stale = client_of(world.ours.users[Role.COUNSELLOR]).post(reverse("questionnaire_begin", args=[world.ours.candidacy.pk, "screening"]))
    assert stale["Location"] == reverse("response_answers", args=[response])
    assert Response.objects.get().pk == response


def test_of_an_answer_and_a_reason_that_counts_which_is_new(scope: Scope, response: UUID) -> None:
    keeps(scope, response, last_job=Typed(non_answer="not_asked"))
    keeps(scope, response, last_job=Typed("Bakker", non_answer="not_asked", seen="not_asked"))
    assert (Answer.objects.get().status, Answer.objects.get().value) == ("given", "Bakker")
    keeps(scope, response, last_job=Typed("Bakker", non_answer="refused", seen="Bakker"))
    assert (Answer.objects.get().status, Answer.objects.get().value) == ("refused", None)
    assert tries(scope, response, last_job=Typed("Kok", non_answer="not_known")).errors.keys() == {"last_job"}
    assert Answer.objects.get().status == "refused"


def test_an_answer_has_its_value_source_and_time(scope: Scope, response: UUID) -> None:
    keeps(scope, response, sex=Typed("female"), work_potential=Typed("fair"), last_job=Typed("Bakker"))
    rows = {row.item: row for row in Answer.objects.all()}
    assert (rows["sex"].value, rows["sex"].status, rows["sex"].source) == ("female", "given", "self")
    assert rows["work_potential"].source == "counsellor"
    assert rows["last_job"].free_text


@pytest.mark.parametrize("why", ["refused", "not_asked", "not_known"])
def test_a_reason_for_no_answer_is_an_answer(scope: Scope, response: UUID, why: str) -> None:
    keeps(scope, response, general_health=Typed(non_answer=why))
    row = Answer.objects.get()
    assert (row.status, row.value) == (why, None)


def test_a_question_that_is_not_asked_yet_opens_with_its_answer(scope: Scope, response: UUID) -> None:
    with scoped(scope):
        before = questionnaires.filling(scope, response)
    keeps(scope, response, children=Typed("yes"))
    with scoped(scope):
        after = questionnaires.filling(scope, response)
    assert before is not None
    assert after is not None
    assert set(after.progress.asked) - set(before.progress.asked) == {"children_at_home"}
    assert Response.objects.get().asked == list(after.progress.asked)


def test_what_does_not_fit_is_said_and_the_rest_is_kept(scope: Scope, response: UUID) -> None:
    keeps(scope, response, children=Typed("yes"))
    found = tries(scope, response, children_at_home=Typed("veel"), sex=Typed("male"))
    assert found.errors.keys() == {"children_at_home"}
    assert dict(Answer.objects.values_list("item", "value")) == {"children": "yes", "sex": "male"}


def test_finishing_wants_an_answer_or_a_reason_for_everything_required(scope: Scope, response: UUID) -> None:
    with scoped(scope), pytest.raises(Refusal) as refused:
        finish(by=scope, on=response)
    assert refused.value.code == "required_open"
    for _ in range(5):  # answers open further questions
        with scoped(scope):
            found = questionnaires.filling(scope, response)
        assert found is not None
        keeps(scope, response, **{name: Typed(non_answer="not_asked") for name in found.progress.required_unanswered})
    with scoped(scope):
        finish(by=scope, on=response)
    assert Response.objects.get().state == "finished"
    with scoped(scope), pytest.raises(Refusal) as refused:
        keep_answers(by=scope, on=response, typed={"sex": Typed("male")}, happened_on=ON)
    assert refused.value.code == "finished"


@pytest.mark.parametrize("why", ["refused", "not_asked", "not_known"])
def test_one_reason_for_all_that_is_open_when_a_talk_stops(world: World, scope: Scope, response: UUID, why: str) -> None:
    """What was answered stays; a question that opens by it gets the reason too."""
    keeps(scope, response, sex=Typed("male"), children=Typed("yes"))
    browser = client_of(world.ours.users[Role.COUNSELLOR])
    browser.post(reverse("response_leave", args=[response]), {"why": why})
    with scoped(scope):
        found = questionnaires.filling(scope, response)
        assert found is not None
        assert found.progress.required_unanswered == ()
        assert (found.given["sex"].value, found.given["children"].value) == ("male", "yes")
        assert {given.non_answer for name, given in found.given.items() if name not in ("sex", "children")} == {why}
        finish(by=scope, on=response)


def test_one_reason_for_all_that_is_open_is_undone_from_its_notice(world: World, scope: Scope, response: UUID) -> None:
    """What was answered before stays, and so does a question that was answered since, or got another reason."""
    keeps(scope, response, sex=Typed("male"), children=Typed("yes"))
    asked, browser = Response.objects.get().asked, client_of(world.ours.users[Role.COUNSELLOR])
    page = browser.post(reverse("response_leave", args=[response]), {"why": "not_asked"}, follow=True).content.decode()
    [undo] = re.findall(r'<form class="undo" method="post" action="([^"]+)"', page)
    left = set(Answer.objects.filter(status="not_asked").values_list("item", flat=True))
    keeps(scope, response, housing_situation=Typed("with_family"), last_job=Typed(non_answer="refused"))
    said = browser.post(undo, follow=True).content.decode()
    since = left & {"housing_situation", "last_job"}
    assert f"{len(left - since)} vragen zijn weer open." in said
    assert {row.item: (row.status, row.value) for row in Answer.objects.all()} == {
        "sex": ("given", "male"), "children": ("given", "yes"),
        "housing_situation": ("given", "with_family"), "last_job": ("refused", None),
    }  # fmt: skip
    found = Response.objects.get()
    assert set(found.asked) >= set(asked)
    assert found.answered_count == Answer.objects.filter(item__in=found.asked).count()
    taken = AuditEntry.objects.filter(verb="take_answer_away")
    assert (taken.count(), {entry.actor for entry in taken}) == (len(left - since), {scope.user})


def test_one_reason_is_not_undone_after_it_is_finished_nor_by_who_did_not_give_it(world: World, scope: Scope, response: UUID) -> None:
    lead = scope_of(world.ours.users[Role.LEAD])
    with scoped(scope):
        mark = leave_the_rest(by=scope, on=response, why="refused", happened_on=ON).mark
    with scoped(lead), pytest.raises(Refusal) as refused:
        take_reasons_back(by=lead, on=response, mark=mark, today=ON)
    assert refused.value.code == "nothing_to_undo"
    with scoped(scope):
        finish(by=scope, on=response)
    with scoped(scope), pytest.raises(Refusal) as refused:
        take_reasons_back(by=scope, on=response, mark=mark, today=ON)
    assert refused.value.code == "finished"
    assert set(Answer.objects.values_list("status", flat=True)) == {"refused"}


def test_the_prison_gives_no_reason_for_what_the_counsellor_judges(world: World, response: UUID) -> None:
    prison = scope_of(world.ours.users[Role.COORDINATOR])
    with scoped(prison):
        leave_the_rest(by=prison, on=response, why="refused", happened_on=ON)
        found = questionnaires.filling(prison, response)
    assert found is not None
    sources = {item.name: item.source for item in found.form.items}
    assert {sources[name] for name in found.progress.required_unanswered} == {"counsellor"}


@pytest.mark.parametrize("why", ["", "no_reason", "given"])
def test_a_talk_does_not_stop_without_a_reason_that_there_is(world: World, response: UUID, why: str) -> None:
    answer = client_of(world.ours.users[Role.COUNSELLOR]).post(reverse("response_leave", args=[response]), {"why": why})
    assert answer.status_code == 422
    assert not Answer.objects.exists()


def test_what_is_finished_is_opened_again_to_put_something_right(world: World, scope: Scope, response: UUID) -> None:
    keeps(scope, response, sex=Typed("male"))
    with scoped(scope):
        leave_the_rest(by=scope, on=response, why="not_asked", happened_on=ON)
        finish(by=scope, on=response)
    browser = client_of(world.ours.users[Role.COUNSELLOR])
    browser.post(reverse("response_open_again", args=[response]))
    keeps(scope, response, sex=Typed("female", seen="male"))
    with scoped(scope):
        finish(by=scope, on=response)
    assert Answer.objects.get(item="sex").value == "female"
    changes = AuditEntry.objects.filter(verb="open_again", outcome="done").latest("number")
    assert changes.actor == scope.user


def test_a_question_that_the_questionnaire_does_not_have_is_refused(world: World, response: UUID) -> None:
    forged = {"item": ["sex", "is_staff"], "value_sex": "male", "value_is_staff": "yes"}
    answer = client_of(world.ours.users[Role.COUNSELLOR]).post(reverse("response_keep", args=[response]), forged)
    assert answer.status_code == 409
    assert not Answer.objects.exists()
    assert AuditEntry.objects.filter(outcome="refused").latest("number").facts["code"] == "not_offered"


def test_the_second_of_two_people_is_told_and_nothing_is_overwritten(world: World, scope: Scope, response: UUID) -> None:
    keeps(scope, response, housing_situation=Typed("with_family", seen=""))
    lead = scope_of(world.ours.users[Role.LEAD])
    found = tries(lead, response, housing_situation=Typed("other", seen=""), sex=Typed("male", seen=""))
    assert found.meanwhile == ("housing_situation",)
    assert dict(Answer.objects.values_list("item", "value")) == {"housing_situation": "with_family", "sex": "male"}


def test_an_answer_taken_away_stays_in_the_audit(scope: Scope, response: UUID) -> None:
    keeps(scope, response, sex=Typed("male"))
    keeps(scope, response, sex=Typed("", seen="male"))
    assert Answer.objects.count() == 0
    assert AuditEntry.objects.filter(verb="take_answer_away").count() == 1


def test_by_hand_on_a_phone_without_javascript(world: World, response: UUID) -> None:
    client = client_of(world.ours.users[Role.COUNSELLOR])
    page = client.get(reverse("response", args=[response]) + "?section=about_you").content.decode()
    assert "Bent u een man of een vrouw?" in page
    form = {"item": ["sex", "children"], "value_sex": "female", "seen_sex": "", "value_children": "-refused", "seen_children": ""}
    answer = client.post(reverse("response", args=[response]) + "?section=about_you", form)
    assert answer.status_code == 302
    assert {row.item: (row.value, row.status) for row in Answer.objects.all()} == {
        "sex": ("female", "given"), "children": (None, "refused")
    }  # fmt: skip


def test_one_answer_is_kept_as_it_is_given(world: World, response: UUID) -> None:
    client = client_of(world.ours.users[Role.COUNSELLOR])
    form = {"item": "children", "value_children": "yes", "seen_children": "", "section": "about_you"}
    page = client.post(reverse("response_keep", args=[response]), form, headers={"HX-Request": "true"}).content.decode()
    assert "children_at_home" in page
    assert "<html" not in page


def test_what_is_missing_is_counted_per_item(world: World, scope: Scope, response: UUID) -> None:
    """Needs 5, 6 and 42: from the first answer on, with a warning where a required item is empty and where few answer."""
    keeps(scope, response, sex=Typed("male"), general_health=Typed(non_answer="refused"))
    with scoped(scope):
        (found,), _ = questionnaires.missing(scope)
    rows = {row.item: row for _, row in found.items}
    assert (rows["sex"].asked, rows["sex"].answered, rows["sex"].blank) == (1, 1, 0)
    assert (rows["general_health"].refused, rows["general_health"].answered) == (1, 0)
    assert rows["debts"].blank == 1
    assert "debts" in found.required
    page = client_of(world.ours.users[Role.COUNSELLOR]).get(reverse("questionnaires")).content.decode()
    assert page.count("Verplicht, en leeg") == len([row for row in rows.values() if row.item in found.required and row.blank])
    low = [row for row in rows.values() if row.item in found.required and row.fill_rate is not None and row.fill_rate < 0.8]
    assert page.count("Weinig antwoorden") == len(low)
    evaluator = scope_of(world.theirs.users[Role.EVALUATOR])
    with scoped(evaluator):
        assert questionnaires.missing(evaluator) == ((), None)


def test_a_question_that_may_stay_blank_is_no_reason_to_look(world: World, scope: Scope) -> None:
    """Until which day the consent lasts is not required: blank it is answered well, and few answers are those that say why not."""
    a_questionnaire(world.ours.programme, "consent")
    with scoped(scope):
        begin(by=scope, on=world.ours.candidacy.pk, instrument="consent", medium="screen", happened_on=ON)
    (one,) = client_of(world.ours.users[Role.COUNSELLOR]).get(reverse("questionnaires")).context["forms"]
    assert "consent_until" in {item["row"].item for item in one["rest"]}
    assert all(item["row"].item in one["form"].required for item in one["asks"])


def test_what_is_measured_elsewhere_is_asked_nowhere_and_said(world: World, scope: Scope, response: UUID) -> None:
    """Need 13: reoffending has a place of its own, with who measures it and why it is not half filled in here."""
    page = client_of(world.ours.users[Role.EVALUATOR]).get(reverse("questionnaires")).content.decode()
    assert "Recidive tijdens het programma" in page
    assert "Begeleiders kennen niet alle feiten" in page
    with scoped(scope):
        found = questionnaires.filling(scope, response)
    assert found is not None
    assert found.form.item("reoffending") is None


def test_what_is_hard_is_asked_only_of_who_allows_it(scope: Scope, response: UUID) -> None:
    """Need 14: a support need such as reading is asked with permission, and is part of what is known of somebody."""
    with scoped(scope):
        before = questionnaires.filling(scope, response)
    assert before is not None
    assert "hard_things" not in before.progress.asked
    keeps(scope, response, may_ask_about_learning=Typed("yes"))
    keeps(scope, response, hard_things=Typed("reading"))
    assert Answer.objects.get(item="hard_things").value == "reading"
    keeps(scope, response, may_ask_about_learning=Typed("no", seen="yes"))
    with scoped(scope):
        after = questionnaires.filling(scope, response)
    assert after is not None
    assert "hard_things" not in after.progress.asked


@pytest.mark.parametrize(
    ("language", "title", "other"),
    [("nl", "Screeningsvragenlijst", "Screening questionnaire"), ("en", "Screening questionnaire", "Screeningsvragenlijst")],
)
@pytest.mark.parametrize("page", ["response_answers", "response_paper", "candidate_questionnaires", "questionnaires"])
def test_a_questionnaire_is_called_by_its_name_in_the_language_of_the_page(
    world: World, scope: Scope, response: UUID, page: str, language: str, title: str, other: str
) -> None:
    keeps(scope, response, sex=Typed("female"))
    client = client_of(world.ours.users[Role.COUNSELLOR])
    client.cookies["django_language"] = language
    key = {"response_answers": [response], "response_paper": [response], "candidate_questionnaires": [world.ours.candidacy.pk]}.get(page)
    shown = client.get(reverse(page, args=key)).content.decode()
    assert title in shown
    assert other not in shown
    assert "Werk na Detentie: over u" not in shown  # what its sheet calls itself, in one language


@pytest.mark.parametrize(("language", "title"), [("nl", "Uit de lijst of het dossier"), ("en", "From the list or the file")])
def test_the_form_of_the_register_has_its_title_in_both_languages(world: World, scope: Scope, language: str, title: str) -> None:
    with scoped(scope):
        key = begin_register_form(by=scope, on=world.ours.candidacy.pk, today=ON)
    client = client_of(world.ours.users[Role.COUNSELLOR])
    client.cookies["django_language"] = language
    assert title in client.get(reverse("response_answers", args=[key])).content.decode()


def test_a_first_appointment_in_the_past_is_refused_and_one_that_stands_is_not_judged_again(world: World, scope: Scope) -> None:
    a_questionnaire(world.ours.programme, "acquaintance")
    with scoped(scope):
        key = begin(by=scope, on=world.ours.candidacy.pk, instrument="acquaintance", medium="talk", happened_on=ON)
    with override("nl"):
        found = tries(scope, key, first_appointment_on=Typed("2026-03-01"))
    assert found.errors == {"first_appointment_on": "Deze dag is voorbij. Kies vandaag of een latere dag."}
    keeps(scope, key, first_appointment_on=Typed("2026-03-02"))
    with scoped(scope):  # much later, another answer of the same part is put right
        typed = {"first_appointment_on": Typed("2026-03-02"), "second_visit": Typed("no")}
        keep_answers(by=scope, on=key, typed=typed, happened_on=date(2026, 9, 1))
    assert set(Answer.objects.values_list("item", "value")) == {("first_appointment_on", "2026-03-02"), ("second_visit", "no")}


def test_the_pages_of_a_questionnaire_lead_back_to_those_of_the_candidate(world: World, response: UUID) -> None:
    client, of = client_of(world.ours.users[Role.COUNSELLOR]), world.ours.candidacy.pk
    ways = {
        reverse("response", args=[response]): (reverse("candidate_questionnaires", args=[of]), "Vragenlijsten"),
        reverse("response_answers", args=[response]): (reverse("candidate_questionnaires", args=[of]), "Vragenlijsten"),
        reverse("candidate_questionnaires", args=[of]): (reverse("candidate", args=[of]), "Sanne Van Ours"),
    }
    for page, (back, words) in ways.items():
        assert f'<a class="nl-link back" href="{back}">{words}</a>' in client.get(page).content.decode()


@pytest.mark.parametrize(("step", "listed"), [("questionnaire", False), ("talk", False), ("contract_signed", True), ("started", True)])
def test_a_questionnaire_that_was_opened_after_its_step_is_work_until_it_is_finished(
    world: World, scope: Scope, response: UUID, step: str, listed: bool
) -> None:
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(step=step)
    client = client_of(world.ours.users[Role.COUNSELLOR])
    with scoped(scope):
        leave_the_rest(by=scope, on=response, why="not_asked", happened_on=ON)
        finish(by=scope, on=response)
    there, work = reverse("questionnaires_open"), reverse("response_answers", args=[response])
    assert there not in client.get(reverse("home")).content.decode()
    with scoped(scope):
        open_again(by=scope, on=response)
    assert (there in client.get(reverse("home")).content.decode()) is listed
    assert (work in client.get(there).content.decode()) is listed
    assert work not in client_of(world.theirs.users[Role.COUNSELLOR]).get(there).content.decode()
    with scoped(scope):
        finish(by=scope, on=response)
    assert there not in client.get(reverse("home")).content.decode()
    assert work not in client.get(there).content.decode()


def test_on_paper_each_question_has_a_number_and_says_when_it_is_asked(world: World, response: UUID) -> None:
    """The sheet carries the code of the candidate, and no name: what is left lying says about nobody that they were detained."""
    page = client_of(world.ours.users[Role.COUNSELLOR]).get(reverse("response_paper", args=[response])).content.decode()
    assert "☐" in page
    assert "Alleen als het antwoord op vraag 1 ‘Ja’ is." in re.sub(r"vraag \d+", "vraag 1", page)
    (children,) = re.findall(r"<strong>(\d+)\. Hebt u kinderen", page)
    (at_home,) = re.findall(r"<strong>(\d+)\. Hoeveel van uw kinderen", page)
    assert int(at_home) == int(children) + 1
    assert f"vraag {children} ‘Ja’ is" in page
    sheet = page[page.index("paper-pages") : page.index("</main>")]
    assert world.ours.candidacy.person.pseudonym in sheet
    assert "Van Ours" not in sheet


@pytest.mark.usefixtures("scope")
def test_a_form_is_printed_before_it_is_begun_and_that_is_written_down(world: World) -> None:
    who, of = world.ours.users[Role.COORDINATOR], world.ours.candidacy
    client = client_of(who)
    there = reverse("questionnaire_paper", args=[of.pk, "screening"])
    assert there in client.get(reverse("candidate_questionnaires", args=[of.pk])).content.decode()
    page = client.get(there).content.decode()
    assert "Hebt u kinderen?" in page
    assert of.person.pseudonym in page
    assert not Response.objects.exists()
    assert AuditEntry.objects.filter(verb="read", part="candidacy", candidacy=of.pk, actor=who.pk).exists()
    assert client.get(reverse("questionnaire_paper", args=[of.pk, "no_such"])).status_code == 404
    assert client.get(reverse("questionnaire_paper", args=[world.theirs.candidacy.pk, "screening"])).status_code == 404


def test_what_staff_judges_is_on_a_sheet_of_its_own(world: World, response: UUID) -> None:
    """What the candidate is handed holds no word about their work potential; each sheet has room for the day and for who filled it in."""
    page = client_of(world.ours.users[Role.COUNSELLOR]).get(reverse("response_paper", args=[response])).content.decode()
    theirs, staff = page.split("Blad voor de begeleider of casemanager")
    assert "Geef dit blad niet aan de kandidaat." in staff
    for words in ("Voor de begeleider", "arbeidspotentieel", "afstand tot de arbeidsmarkt"):
        assert words not in theirs
        assert words in staff
    assert "Hoe goed leest u Nederlands?" in theirs
    assert all("Datum:" in sheet and "Ingevuld door:" in sheet for sheet in (theirs, staff))


def test_without_a_script_a_part_comes_back_with_the_questions_that_an_answer_brings_up(world: World, response: UUID) -> None:
    """Once: what need not be answered holds nobody up a second time."""
    client = client_of(world.ours.users[Role.COORDINATOR])
    here = reverse("response", args=[response]) + "?section=money"
    money = {"section": "money", "item": ["debts"], "value_debts": "yes", "seen_debts": ""}
    back = client.post(here, money)
    assert back["Location"] == f"{here}#q-debts_size"
    page = client.get(here).content.decode()
    assert "Door de antwoorden komen er vragen bij." in page
    assert "Hoeveel schulden hebt u ongeveer?" in page
    money |= {"item": ["debts", "debts_size", "debts_help"], "seen_debts": "yes"}
    assert client.post(here, money)["Location"].endswith("?section=people")


def test_who_stops_is_not_held_up_by_a_question_that_an_answer_brings_up(world: World, response: UUID) -> None:
    client = client_of(world.ours.users[Role.COORDINATOR])
    money = {"section": "money", "item": "debts", "value_debts": "yes", "seen_debts": "", "go": "stop"}
    stopped = client.post(reverse("response", args=[response]) + "?section=money", money)
    assert stopped["Location"] == reverse("candidate_questionnaires", args=[world.ours.candidacy.pk])


def seen_of(page: str, item: str) -> str:
    """What the page says stands there, to be sent back with the answer."""
    (found,) = re.findall(rf'name="seen_{item}" value="([^"]*)"', page)
    return str(found)


@pytest.mark.parametrize("typo", ["drie", "99", "-1", "-x"])
@pytest.mark.parametrize("name", ["response_keep", "response"])
def test_a_typing_error_is_put_right_in_the_same_page(world: World, scope: Scope, response: UUID, typo: str, name: str) -> None:
    keeps(scope, response, children=Typed("yes"))
    client, address = client_of(world.ours.users[Role.COUNSELLOR]), reverse(name, args=[response])
    send = {"section": "about_you", "item": "children_at_home", "value_children_at_home": typo, "seen_children_at_home": ""}
    wrong = client.post(address, send)
    page = wrong.content.decode()
    assert "utrecht-form-field--invalid" in page
    assert f'value="{typo}"' in page  # to be put right, not typed anew
    right = send | {"value_children_at_home": "3", "seen_children_at_home": seen_of(page, "children_at_home")}
    assert client.post(address, right).status_code in (200, 302)
    assert Answer.objects.get(item="children_at_home").value == "3"


@pytest.mark.parametrize("name", ["response_keep", "response"])
def test_of_two_who_answer_the_second_reads_what_the_first_said_and_saves_again(
    world: World, scope: Scope, response: UUID, name: str
) -> None:
    client, address = client_of(world.ours.users[Role.COUNSELLOR]), reverse(name, args=[response])
    keeps(scope, response, children=Typed("yes"))  # in another window
    send = {"section": "about_you", "item": "children", "value_children": "no", "seen_children": ""}
    page = client.post(address, send).content.decode()
    assert "Iemand anders vulde intussen in: Ja. Bewaar opnieuw om dat te vervangen." in page
    assert Answer.objects.get(item="children").value == "yes"
    client.post(address, send | {"seen_children": seen_of(page, "children")})
    assert Answer.objects.get(item="children").value == "no"


def test_the_prison_is_ready_where_only_the_counsellor_has_something_to_answer(world: World, scope: Scope, response: UUID) -> None:
    prison = scope_of(world.ours.users[Role.COORDINATOR])
    with scoped(prison):
        leave_the_rest(by=prison, on=response, why="not_asked", happened_on=ON)
    pages = {
        role: client_of(world.ours.users[role]).get(reverse("response_answers", args=[response])).content.decode()
        for role in (Role.COORDINATOR, Role.COUNSELLOR)
    }
    assert "vragen zijn voor het gesprek met de begeleider" in pages[Role.COORDINATOR]
    assert "hebben nog een antwoord nodig" not in pages[Role.COORDINATOR]
    assert "hebben nog een antwoord nodig" in pages[Role.COUNSELLOR]
    with scoped(scope), pytest.raises(Refusal):
        finish(by=scope, on=response)


def test_a_section_takes_few_queries(world: World, response: UUID) -> None:
    answer, said = questions(client_of(world.ours.users[Role.COUNSELLOR]), reverse("response", args=[response]))
    assert answer.status_code == 200
    assert len(said) <= MOST, "\n".join(said)


def test_a_day_is_read_in_words(world: World, scope: Scope) -> None:
    a_questionnaire(world.ours.programme, "acquaintance")
    with scoped(scope):
        key = begin(by=scope, on=world.ours.candidacy.pk, instrument="acquaintance", medium="screen", happened_on=ON)
    keeps(scope, key, first_appointment_on=Typed("2099-01-01"))
    page = client_of(world.ours.users[Role.COUNSELLOR]).get(reverse("response_answers", args=[key])).content.decode()
    assert "1 januari 2099" in page
    assert "2099-01-01" not in page


def test_one_question_that_is_open_is_one(scope: Scope, response: UUID) -> None:
    with scoped(scope):
        leave_the_rest(by=scope, on=response, why="not_asked", happened_on=ON)
        found = questionnaires.filling(scope, response)
    assert found is not None
    required = next(item.name for item in found.form.items if item.required and item.name in found.progress.answered)
    keeps(scope, response, **{required: Typed("", seen="not_asked")})
    with scoped(scope), override("nl"), pytest.raises(Refusal) as refused:
        finish(by=scope, on=response)
    assert refused.value.what == "1 vraag heeft nog een antwoord nodig."


def test_an_answer_says_whose_it_is(world: World, scope: Scope, response: UUID) -> None:
    """What the candidate is asked is the candidate's, whoever types; what is judged is the case manager's where the prison does."""
    prison = scope_of(world.ours.users[Role.COORDINATOR])
    keeps(prison, response, debts=Typed("yes"), work_potential=Typed("low"), education=Typed("no_school", source="case_manager"))
    keeps(scope, response, self_reliance=Typed("low"), children=Typed("no"))
    said = {"debts": "self", "children": "self", "education": "case_manager", "work_potential": "case_manager"}
    said["self_reliance"] = "counsellor"
    assert dict(Answer.objects.values_list("item", "source")) == said
    keeps(scope, response, debts=Typed("yes", seen="yes", source="counsellor"), work_potential=Typed("low", seen="low"))
    assert dict(Answer.objects.values_list("item", "source")) == said | {"debts": "counsellor"}
    assert tries(scope, response, sex=Typed("male", source="case_manager")).errors.keys() == {"sex"}


def test_one_choice_says_whose_all_answers_of_a_part_are(world: World, response: UUID) -> None:
    """Also of those that were answered before; not where a question itself names another."""
    client = client_of(world.ours.users[Role.COORDINATOR])
    here = reverse("response", args=[response]) + "?section=about_you"
    page = client.get(here).content.decode()
    assert "Wie geeft de antwoorden in dit deel?" in page
    assert '<option value="self" selected>de kandidaat</option>' in page
    part = {"section": "about_you", "part_was": "self", "item": ["sex", "children", "marital_status", "education"]}
    was = {"was_children": "self", "was_marital_status": "self", "was_education": "self"}
    own = {"source_children": "self", "source_marital_status": "self", "source_education": "self"}
    typed = {"value_sex": "male", "value_children": "no", "value_education": "no_school"}
    client.post(here, {**part, **was, **own, **typed, "part_source": "self"})
    assert set(Answer.objects.values_list("source", flat=True)) == {"self"}
    seen = {f"seen_{name.removeprefix('value_')}": value for name, value in typed.items()}
    typed["value_marital_status"] = "single"
    client.post(here, {**part, **was, **own, **typed, **seen, "source_education": "counsellor", "part_source": "case_manager"})
    said = {"sex": "self", "children": "case_manager", "marital_status": "case_manager", "education": "counsellor"}
    assert dict(Answer.objects.values_list("item", "source")) == said
    assert "verschilt per vraag" in client.get(here).content.decode()
    refused = client.post(here, {**part, **was, **own, **typed, "part_source": "nobody"})
    assert dict(Answer.objects.values_list("item", "source")) == said
    assert refused.status_code != 500


def test_no_choice_for_a_part_with_one_question_or_none_that_leaves_one(world: World, response: UUID) -> None:
    client = client_of(world.ours.users[Role.COORDINATOR])
    for section in ("money", "people"):
        page = client.get(reverse("response", args=[response]) + f"?section={section}").content.decode()
        assert "Wie geeft de antwoorden in dit deel?" not in page


def test_what_the_counsellor_judges_is_not_in_the_way_of_the_prison_and_the_candidate(world: World, response: UUID) -> None:
    pages = {
        role: client_of(world.ours.users[role]).get(reverse("response", args=[response])).content.decode()
        for role in (Role.COORDINATOR, Role.COUNSELLOR)
    }
    assert "Voor de begeleider" not in pages[Role.COORDINATOR]
    assert "Voor de begeleider" in pages[Role.COUNSELLOR]
    chosen = client_of(world.ours.users[Role.COORDINATOR]).get(reverse("response", args=[response]) + "?section=counsellor")
    assert "Hoe zelfredzaam is de kandidaat?" in chosen.content.decode()  # a case manager may know


def test_no_button_to_finish_where_the_counsellor_has_to(world: World, response: UUID) -> None:
    prison = scope_of(world.ours.users[Role.COORDINATOR])
    with scoped(prison):
        leave_the_rest(by=prison, on=response, why="not_asked", happened_on=ON)
    pages = {
        role: client_of(world.ours.users[role]).get(reverse("response_answers", args=[response])).content.decode()
        for role in (Role.COORDINATOR, Role.COUNSELLOR)
    }
    assert "Vragenlijst afronden" not in pages[Role.COORDINATOR]
    assert "Vragenlijst afronden" in pages[Role.COUNSELLOR]


def test_whose_answer_it_is_stays_where_a_page_of_before_says_another(scope: Scope, response: UUID) -> None:
    keeps(scope, response, children=Typed("no", seen="", source="counsellor", was="counsellor"))
    keeps(scope, response, children=Typed("no", seen="no", source="self", was="counsellor"))
    keeps(scope, response, children=Typed("no", seen="no", source="counsellor", was="counsellor"))
    assert Answer.objects.get(item="children").source == "self"


def test_what_the_counsellor_alone_can_say_is_not_asked_of_the_prison_nor_taken_from_it(world: World, scope: Scope) -> None:
    a_questionnaire(world.ours.programme, "acquaintance")
    prison = scope_of(world.ours.users[Role.COORDINATOR])
    with scoped(scope):
        key = begin(by=scope, on=world.ours.candidacy.pk, instrument="acquaintance", medium="talk", happened_on=ON)
    pages = {
        role: client_of(world.ours.users[role]).get(reverse("response", args=[key])).content.decode()
        for role in (Role.COORDINATOR, Role.COUNSELLOR)
    }
    assert {role for role, page in pages.items() if "Wie belt wie, na de vrijlating?" in page} == {Role.COUNSELLOR}
    assert all("Wat verwacht u van ons?" in page for page in pages.values())
    assert tries(prison, key, second_visit=Typed("no"), expects=Typed("Een baan")).errors.keys() == {"second_visit"}
    keeps(scope, key, second_visit=Typed("no"))
    assert dict(Answer.objects.values_list("item", "source")) == {"expects": "self", "second_visit": "counsellor"}
