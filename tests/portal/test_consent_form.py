"""What a candidate says about sharing in a questionnaire, and the consent that is recorded of it: said once, never more than was said.

Which question is about which purpose stands in the programme file (`consents` of an instrument).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.consent import record_consent, withdraw_consent
from makegood_portal.actions.permission import ask_permission
from makegood_portal.actions.questionnaire import Typed, begin, finish, keep_answers, open_again
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.models import Answer, AuditEntry, Candidacy, Consent, PermissionRequest, Response
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_consent, a_questionnaire, an_organisation, client_of
from portal.forms_walked import Forms

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = TODAY - timedelta(days=3)
YES = {"share_with_provider": "yes", "ask_municipality": "yes", "tell_probation": "yes", "share_with_researchers": "no"}


@pytest.fixture
def ours(world: World) -> Side:
    Consent.objects.all().delete()
    for side in (world.ours, world.theirs):
        a_questionnaire(side.programme, "consent")
    return world.ours


def fills_in(side: Side, *, on: date = DAY, finished: bool = True, **answers: str) -> None:
    """The candidate answers the form about sharing; the coordinator types it in."""
    with scoped(scope := scope_of(side.users[Role.COORDINATOR])):
        key = begin(by=scope, on=side.candidacy.pk, instrument="consent", medium="screen", happened_on=on)
        keep_answers(by=scope, on=key, typed={name: Typed(text) for name, text in (YES | answers).items()}, happened_on=on)
        if finished:
            finish(by=scope, on=key)


def opens_again(side: Side) -> None:
    with scoped(scope := scope_of(side.users[Role.COORDINATOR])):
        open_again(by=scope, on=Response.objects.get().pk)


def record(side: Side, **more: Any) -> Consent:
    words: dict[str, Any] = {"purpose": "permission", "party": side.at(Kind.MUNICIPALITY).pk, "answer": "given", "way": "form"}
    with scoped(scope := scope_of(side.users[Role.COORDINATOR])):
        words |= {"happened_on": TODAY, "until_on": None, "officer": None} | more
        return record_consent(by=scope, on=side.candidacy.pk, **words)


def tab(side: Side, query: str = "") -> str:
    address = reverse("candidate_consents", args=[side.candidacy.pk]) + query
    return client_of(side.users[Role.COORDINATOR]).get(address).content.decode()


def test_a_yes_in_the_form_shares_nothing_until_it_is_said_with_whom(ours: Side) -> None:
    fills_in(ours)
    assert not Consent.objects.exists()
    page = tab(ours)
    assert "?from=permission#consent" in page
    assert "?from=supervision#consent" in page


def test_the_tab_takes_over_what_the_form_says(ours: Side) -> None:
    until = TODAY + timedelta(days=40)
    fills_in(ours, consent_until=until.isoformat())
    page = tab(ours, "?from=permission")
    town = ours.at(Kind.MUNICIPALITY)
    for chosen in (f'value="permission/{town.pk}" selected', f'value="{DAY.isoformat()}"', f'value="{until.isoformat()}"'):
        assert chosen in page
    client = client_of(ours.users[Role.COORDINATOR])
    words = {"party": f"permission/{town.pk}", "answer": "given", "way": "form", "happened_on": TODAY.isoformat(), "until_on": ""}
    answer = client.post(reverse("candidate_consents", args=[ours.candidacy.pk]), words)
    assert answer.status_code == 302
    row = Consent.objects.get()
    assert (row.state, row.way, row.answered_on, row.until_on) == ("given", "form", DAY, until), "the days of the form, not those typed"
    page = tab(ours)
    assert "?from=permission" not in page
    assert "Gezegd in de vragenlijst" in page


def test_a_form_lasts_no_longer_than_the_register_lets_it(ours: Side) -> None:
    fills_in(ours, consent_until=(TODAY + timedelta(days=4000)).isoformat())
    row = record(ours)
    assert row.until_on is not None
    assert row.until_on <= DAY + timedelta(days=366)


@pytest.mark.parametrize(
    ("answers", "more"),
    [
        ({"ask_municipality": "no"}, {}),
        ({}, {"answer": "refused"}),
        ({}, {"purpose": "work"}),
        ({"finished": False}, {}),
    ],
    ids=["the form says no", "the form says yes", "the form does not ask it", "the form is not finished"],
)
def test_nothing_is_recorded_from_a_form_that_it_does_not_say(ours: Side, answers: dict[str, Any], more: dict[str, Any]) -> None:
    fills_in(ours, **answers)
    if more.get("purpose") == "work":
        more = more | {"party": ours.at(Kind.AGENCY).pk}
    with pytest.raises(Refusal) as refused:
        record(ours, **more)
    assert refused.value.code == "not_in_the_form"
    assert not Consent.objects.exists()


@pytest.mark.parametrize("way", ["on_paper", "spoken"])
@pytest.mark.parametrize(("day", "code"), [(DAY - timedelta(days=1), "form_says_no"), (DAY, "form_says_no"), (TODAY, "")])
def test_a_no_in_the_form_becomes_a_yes_by_a_later_yes_alone(ours: Side, way: str, day: date, code: str) -> None:
    fills_in(ours, ask_municipality="no")
    if not code:
        assert record(ours, way=way, happened_on=day).state == "given"
        return
    with pytest.raises(Refusal) as refused:
        record(ours, way=way, happened_on=day)
    assert refused.value.code == code
    assert not Consent.objects.exists()


def test_a_no_stands_while_its_form_is_open_again(ours: Side) -> None:
    fills_in(ours, ask_municipality="no")
    opens_again(ours)
    with pytest.raises(Refusal) as refused:
        record(ours, way="spoken", happened_on=DAY - timedelta(days=1))
    assert refused.value.code == "form_says_no"
    with scoped(scope := scope_of(ours.users[Role.COORDINATOR])), pytest.raises(Refusal) as refused:
        ask_permission(by=scope, on=ours.candidacy.pk, of=[ours.at(Kind.MUNICIPALITY).pk], asked_on=DAY, agrees=True)
    assert refused.value.code == "form_says_no"
    with pytest.raises(Refusal) as refused:
        record(ours, answer="refused")
    assert refused.value.code == "not_in_the_form", "from a form is recorded what stands in a finished one"
    assert not Consent.objects.exists()
    assert record(ours, way="spoken", happened_on=TODAY).state == "given", "a later yes is a yes"


def test_a_no_stands_while_a_yes_in_its_place_is_not_finished(ours: Side) -> None:
    """What is typed in a form that is open again widens nothing: the finished no counts until the form is finished."""
    fills_in(ours, ask_municipality="no")
    opens_again(ours)
    fills_in(ours, finished=False)
    page = tab(ours)
    assert "Met niemand" in page
    assert "De vragenlijst is nog niet af. Tot die tijd telt dit nee." in page
    with pytest.raises(Refusal) as refused:
        record(ours, way="spoken", happened_on=DAY)
    assert refused.value.code == "form_says_no"
    with scoped(scope := scope_of(ours.users[Role.COORDINATOR])), pytest.raises(Refusal) as refused:
        ask_permission(by=scope, on=ours.candidacy.pk, of=[ours.at(Kind.MUNICIPALITY).pk], asked_on=DAY, agrees=True)
    assert refused.value.code == "form_says_no"
    with pytest.raises(Refusal) as refused:
        record(ours)
    assert refused.value.code == "not_in_the_form"
    fills_in(ours)
    assert record(ours).state == "given", "finished, the yes counts"
    assert Response.objects.get().said_no == {}


def test_a_no_stands_while_its_answer_is_taken_away_and_not_finished(ours: Side) -> None:
    fills_in(ours, ask_municipality="no")
    opens_again(ours)
    fills_in(ours, finished=False, ask_municipality="")
    with pytest.raises(Refusal) as refused:
        record(ours, way="spoken", happened_on=DAY)
    assert refused.value.code == "form_says_no"


@pytest.mark.parametrize(("again", "stood"), [(True, {"ask_municipality": DAY.isoformat()}), (False, {})])
def test_forms_that_were_open_again_before_this_was_kept_are_filled_in(ours: Side, again: bool, stood: dict[str, str]) -> None:
    fills_in(ours, ask_municipality="no", finished=again)
    if again:
        opens_again(ours)
    Response.objects.update(said_no={})
    import_module("makegood_portal.ledger.migrations.0022_said_no").fill(apps, None)
    assert Response.objects.get().said_no == stood


def test_a_no_counts_at_once_where_a_yes_stood(ours: Side) -> None:
    """On the careful side: what the yes gave is taken back before the form is finished, and is not given again by taking it away."""
    town = ours.at(Kind.MUNICIPALITY)
    fills_in(ours)
    row = record(ours)
    with scoped(scope := scope_of(ours.users[Role.COORDINATOR])):
        (request,) = ask_permission(by=scope, on=ours.candidacy.pk, of=[town.pk], asked_on=TODAY)
    opens_again(ours)
    fills_in(ours, on=TODAY, finished=False, ask_municipality="no")
    row.refresh_from_db()
    assert (row.state, row.withdrawn_on) == ("withdrawn", TODAY)
    assert PermissionRequest.objects.get(pk=request.pk).state == "withdrawn"
    assert client_of(ours.users[Role.MUNICIPAL_CONTACT]).get(reverse("permission", args=[request.pk])).status_code == 404


def test_a_no_in_a_form_that_is_filled_in_for_the_first_time_counts_at_once(ours: Side) -> None:
    given, other = a_consent(ours.candidacy, ours.at(Kind.MUNICIPALITY)), a_consent(ours.candidacy, ours.at(Kind.AGENCY), "work")
    fills_in(ours, on=TODAY, finished=False, ask_municipality="no")
    given.refresh_from_db()
    other.refresh_from_db()
    assert (given.state, other.state) == ("withdrawn", "given")


def test_a_no_that_is_put_right_to_yes_stands_no_more(ours: Side) -> None:
    fills_in(ours, ask_municipality="no")
    opens_again(ours)
    fills_in(ours)
    assert record(ours).state == "given"


def test_a_municipality_is_not_asked_on_the_day_that_the_form_says_no(ours: Side) -> None:
    fills_in(ours, on=TODAY, ask_municipality="no")
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope), pytest.raises(Refusal) as refused:
        ask_permission(by=scope, on=ours.candidacy.pk, of=[ours.at(Kind.MUNICIPALITY).pk], asked_on=TODAY, agrees=True)
    assert refused.value.code == "form_says_no"


def test_a_no_in_a_later_form_takes_back_what_was_given_and_asks_no_longer(ours: Side) -> None:
    town, agency = ours.at(Kind.MUNICIPALITY), ours.at(Kind.AGENCY)
    given, other = a_consent(ours.candidacy, town), a_consent(ours.candidacy, agency, "work")
    with scoped(scope := scope_of(ours.users[Role.COORDINATOR])):
        (request,) = ask_permission(by=scope, on=ours.candidacy.pk, of=[town.pk], asked_on=DAY)
    fills_in(ours, ask_municipality="no")
    given.refresh_from_db()
    other.refresh_from_db()
    assert (given.state, given.withdrawn_on) == ("withdrawn", TODAY)
    assert other.state == "given", "the form does not ask about agencies"
    assert PermissionRequest.objects.get(pk=request.pk).state == "withdrawn"


def test_a_yes_of_after_the_form_stands(ours: Side) -> None:
    fills_in(ours, ask_municipality="no")
    later = record(ours, way="spoken", happened_on=TODAY)
    opens_again(ours)
    fills_in(ours, ask_municipality="no")
    later.refresh_from_db()
    assert later.state == "given"


def test_a_form_that_is_put_right_to_no_takes_back_what_it_gave(ours: Side) -> None:
    fills_in(ours)
    row = record(ours)
    opens_again(ours)
    fills_in(ours, on=TODAY, ask_municipality="no")
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert "Met niemand" in tab(ours)


def test_what_was_taken_back_is_not_given_again_by_an_older_form(ours: Side) -> None:
    fills_in(ours)
    row = record(ours)
    Consent.objects.filter(pk=row.pk).update(state="withdrawn", withdrawn_on=TODAY)
    assert "?from=permission" not in tab(ours)
    with pytest.raises(Refusal) as refused:
        record(ours)
    assert refused.value.code == "no_since"


@pytest.mark.parametrize("how", ["withdrawn", "refused"])
def test_what_was_taken_back_of_one_is_not_given_to_another_by_an_older_form(ours: Side, how: str) -> None:
    fills_in(ours)
    row = record(ours)
    if how == "withdrawn":
        with scoped(scope := scope_of(ours.users[Role.COORDINATOR])):
            withdraw_consent(by=scope, on=row.pk, today=TODAY)
    else:
        record(ours, answer="refused", way="spoken")
    other = an_organisation(Kind.MUNICIPALITY, name="Elders")
    with pytest.raises(Refusal) as refused:
        record(ours, party=other.pk)
    assert refused.value.code == "no_since"
    assert record(ours, party=other.pk, way="spoken").answered_on == TODAY, "asked again, and given today"
    assert record(ours, purpose="supervision", party=ours.at(Kind.PROBATION).pk).answered_on == DAY, "another purpose is another matter"


def test_a_form_of_before_that_says_no_is_warned_of(ours: Side) -> None:
    """Finished before a no took back what was given: it is said, and taken back by hand."""
    fills_in(ours, ask_municipality="no")
    a_consent(ours.candidacy, ours.at(Kind.MUNICIPALITY))
    assert "De kandidaat zegt hier nee op in de vragenlijst" in tab(ours)


def test_no_answer_is_neither_yes_nor_no(ours: Side) -> None:
    given = a_consent(ours.candidacy, ours.at(Kind.MUNICIPALITY))
    with scoped(scope := scope_of(ours.users[Role.COORDINATOR])):
        key = begin(by=scope, on=ours.candidacy.pk, instrument="consent", medium="screen", happened_on=DAY)
        keep_answers(by=scope, on=key, typed={name: Typed(non_answer="refused") for name in YES}, happened_on=DAY)
        finish(by=scope, on=key)
    given.refresh_from_db()
    assert given.state == "given"
    assert "?from=" not in tab(ours)


def test_the_form_says_when_a_no_and_a_yes_count(ours: Side) -> None:
    fills_in(ours, finished=False)
    client, key = client_of(ours.users[Role.COORDINATOR]), Response.objects.get().pk
    for name in ("response", "response_answers"):
        assert "Een nee telt meteen." in client.get(reverse(name, args=[key])).content.decode()


def test_the_form_leads_to_the_tab(ours: Side) -> None:
    fills_in(ours, finished=False)
    client, key = client_of(ours.users[Role.COORDINATOR]), Response.objects.get().pk
    there = reverse("candidate_consents", args=[ours.candidacy.pk])
    assert client.post(reverse("response_finish", args=[key]))["Location"] == there
    assert there in client.get(reverse("response_answers", args=[key])).content.decode()


def test_the_officer_who_is_known_is_chosen_already(ours: Side) -> None:
    officer, where = ours.users[Role.PROBATION_OFFICER], ours.at(Kind.PROBATION)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(probation=where, probation_officer=officer)
    fills_in(ours)
    page = tab(ours, "?from=supervision")
    assert f'value="supervision/{where.pk}" selected' in page
    assert f'value="{officer.pk}" selected' in page


def ask_page(side: Side) -> str:
    return reverse("candidate_permissions", args=[side.candidacy.pk])


def test_who_said_yes_in_the_form_is_not_asked_again_to_ask_a_municipality(ours: Side) -> None:
    """The yes named nobody; asking says with whom, so the consent towards that municipality is recorded with it, as the form says it."""
    until = TODAY + timedelta(days=40)
    fills_in(ours, consent_until=until.isoformat())
    client, town = client_of(ours.users[Role.COORDINATOR]), ours.at(Kind.MUNICIPALITY)
    page = client.get(ask_page(ours)).content.decode()
    assert 'name="agrees"' not in page
    assert "in de vragenlijst" in page
    assert client.post(ask_page(ours), {"municipality": str(town.pk)}).status_code == 302
    consent = Consent.objects.get()
    assert (consent.party, consent.way, consent.answered_on, consent.until_on) == (town, "form", DAY, until)
    assert PermissionRequest.objects.get().municipality == town
    assert AuditEntry.objects.filter(verb="ask_permission", table="ledger_consent").exists()


def test_a_yes_that_was_taken_back_since_or_has_ended_is_asked_again(ours: Side) -> None:
    fills_in(ours)
    client = client_of(ours.users[Role.COORDINATOR])
    a_consent(ours.candidacy, an_organisation(Kind.MUNICIPALITY), state="withdrawn", withdrawn_on=TODAY)
    assert 'name="agrees"' in client.get(ask_page(ours)).content.decode()
    refused = client.post(ask_page(ours), {"municipality": str(ours.at(Kind.MUNICIPALITY).pk)})
    assert (refused.status_code, PermissionRequest.objects.count()) == (422, 0)
    assert "Er staat nog niet vast" in refused.content.decode()
    Consent.objects.all().delete()
    Answer.objects.create(
        candidacy=ours.candidacy, response=Response.objects.get(), item="consent_until", status="given", value=DAY.isoformat(),
        source="self", happened_on=DAY,
    )  # fmt: skip
    assert 'name="agrees"' in client.get(ask_page(ours)).content.decode()


def test_without_a_municipality_the_error_names_that_field(ours: Side) -> None:
    answer = client_of(ours.users[Role.COORDINATOR]).post(ask_page(ours), {"municipality": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["municipality"])


def test_the_tab_records_it_with_one_press_where_the_party_is_clear(ours: Side) -> None:
    fills_in(ours)
    town = ours.at(Kind.MUNICIPALITY)
    found = [form for form in Forms(tab(ours)).found if form.values.get("party") == f"permission/{town.pk}"]
    assert len(found) == 1
    client_of(ours.users[Role.COORDINATOR]).post(reverse("candidate_consents", args=[ours.candidacy.pk]), found[0].values)
    consent = Consent.objects.get()
    assert (consent.party, consent.way, consent.answered_on) == (town, "form", DAY)
    Consent.objects.all().delete()
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(municipality=None)
    assert f"permission/{town.pk}" not in [form.values.get("party") for form in Forms(tab(ours)).found]
    assert "?from=permission#consent" in tab(ours)


def test_what_the_form_says_leads_and_one_press_records_it(ours: Side) -> None:
    """The empty form, to record something else, is folded in below; it comes back when somebody chooses with whom."""
    fills_in(ours)
    page = tab(ours)
    assert "Er mag nog niets worden gedeeld" not in page
    assert "De kandidaat zegt ja." in page
    assert page.index("Wat de kandidaat zegt in de vragenlijst") < page.index("Iets anders vastleggen")
    town = ours.at(Kind.MUNICIPALITY).name
    main = page[page.index('class="actions') :]
    assert f"Vastleggen voor {town}" in main
    assert 'form="record"' in main
    assert 'form="consent"' not in main
    assert "Iets anders vastleggen" not in tab(ours, "?from=permission")
    (sent,) = re.findall(r'<form method="post" id="record">(.*?)</form>', page, re.DOTALL)
    words = dict(re.findall(r'name="(\w+)" value="([^"]*)"', sent))
    client_of(ours.users[Role.COORDINATOR]).post(reverse("candidate_consents", args=[ours.candidacy.pk]), words)
    assert Consent.objects.get().state == "given"


def test_without_a_yes_in_a_form_the_page_is_to_record_by_hand(ours: Side) -> None:
    page = tab(ours)
    assert "Er mag nog niets worden gedeeld" in page
    assert "Iets anders vastleggen" not in page
