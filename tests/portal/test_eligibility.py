"""The advice on a candidate: yes, no or unknown with what is missing, the track with its reasons, and deciding otherwise.

Needs 17, 41, 46.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

from makegood_portal.actions.advice import begin_register_form, decide_otherwise, keep_advice
from makegood_portal.actions.questionnaire import Typed, keep_answers
from makegood_portal.actions.refusal import NotYours, Refusal, Stale
from makegood_portal.ledger.models import (
    Answer,
    AuditEntry,
    Candidacy,
    EligibilityAssessment,
    EligibilityOverride,
    Identity,
    PermissionRequest,
    Response,
)
from makegood_portal.ledger.queries import eligibility
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_questionnaire, client_of

pytestmark = pytest.mark.django_db
AT_THE_START = date(2016, 6, 10)
"""Before the criteria of the guide were dropped, 3 October 2016."""
SUITS: dict[str, Any] = {"residence_permit_prospect": "yes", "clinical_treatment_first": "no", "work_potential": "fair",
         "self_reliance": "high", "risk_social_isolation": "little", "participation_ladder_step": "step4"}  # fmt: skip


@pytest.fixture
def ours(world: World) -> Side:
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(step="talk")
    return world.ours


def answered(side: Side, *, source: str = "counsellor", on: date = AT_THE_START, state: str = "finished", **words: str) -> Response:
    """A filled-in screening; a word that starts with a dash says why there is no answer."""
    form = a_questionnaire(side.programme)
    response = Response.objects.create(candidacy=side.candidacy, questionnaire=form, started_on=on, state=state)
    for item, word in words.items():
        given: dict[str, Any] = {"status": "given", "value": word} if not word.startswith("-") else {"status": word[1:]}
        Answer.objects.create(candidacy=side.candidacy, response=response, item=item, source=source, happened_on=on, **given)
    return response


def permitted(side: Side, state: str = "granted") -> None:
    PermissionRequest.objects.create(
        candidacy=side.candidacy, municipality=side.at(Kind.MUNICIPALITY), state=state, parallel=True, asked_on=AT_THE_START,
        deadline_on=AT_THE_START + timedelta(days=14), answered_on=None if state == "asked" else AT_THE_START,
    )  # fmt: skip


def advice(side: Side, role: Role = Role.COUNSELLOR, on: date = AT_THE_START) -> eligibility.Advice:
    scope = scope_of(side.users[role])
    with scoped(scope):
        found = eligibility.advice(scope, side.candidacy.pk, today=on)
    assert found is not None
    return found


def test_who_answers_everything_in_favour_may_take_part(ours: Side) -> None:
    """Need 41: the prison's list was looked at in the step before; what the register does not hold of it keeps nobody waiting."""
    answered(ours, **SUITS)
    permitted(ours)
    found = advice(ours)
    assert (found.verdict, found.track) == ("yes", "basic")
    assert [one.looked_at for one in found.lists] == ["Gecontroleerd door de inrichting", ""]


def test_before_the_prison_looked_its_list_is_unknown(ours: Side) -> None:
    answered(ours, **SUITS)
    permitted(ours)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(step="list_checked")
    found = advice(ours)
    assert found.verdict == "unknown"
    assert {one.item for one in found.missing} >= {"conviction", "detention_months"}
    assert {one.asks for one in found.missing} == {"register"}


def test_unknown_names_what_is_missing_and_where_it_is_answered(ours: Side) -> None:
    """Need 17."""
    given = {item: word for item, word in SUITS.items() if item != "residence_permit_prospect"}
    response = answered(ours, state="open", **given | {"work_potential": "-not_known"})
    found = advice(ours)
    assert found.verdict == "unknown"
    ways = {one.item: one.asks for one in found.missing}
    assert ways == {"work_potential": "question", "residence_permit_prospect": "register", "municipality_permits": "permission"}
    question = next(one for one in found.missing if one.item == "work_potential")
    assert question.response == response.pk
    assert question.section
    page = client_of(ours.users[Role.COUNSELLOR]).get(reverse("candidate_eligibility", args=[ours.candidacy.pk])).content.decode()
    assert reverse("candidate_permissions", args=[ours.candidacy.pk]) in page


def test_one_no_decides_and_says_why(ours: Side) -> None:
    answered(ours, work_potential="very_high")
    found = advice(ours)
    assert found.verdict == "no"
    line = next(line for listing in found.lists for line in listing.lines if line.passes == "no")
    assert "zeer hoog" in line.because[0]
    assert "laag of redelijk" in line.clause


def test_the_criteria_of_the_day_count(ours: Side) -> None:
    """The criterion on work potential was dropped on 3 October 2016."""
    answered(ours, work_potential="very_high")
    assert advice(ours, on=date(2016, 10, 2)).verdict == "no"
    assert advice(ours, on=date(2016, 10, 3)).verdict == "unknown"


def test_the_track_says_what_could_change_it(ours: Side) -> None:
    """Need 46."""
    answered(ours, work_potential="fair")
    found = advice(ours)
    assert (found.track, found.could_become) == ("basic", ["Plus"])
    assert {one.item for one in found.track_missing} == {"self_reliance", "risk_social_isolation", "participation_ladder_step"}
    answered(ours, self_reliance="low")
    assert advice(ours).track == "plus"


def test_the_newest_answer_counts_and_two_sources_that_differ_are_shown(ours: Side) -> None:
    answered(ours, source="self", work_potential="very_high")
    answered(ours, source="counsellor", on=AT_THE_START + timedelta(days=3), work_potential="fair")
    answered(ours, source="counsellor", on=AT_THE_START + timedelta(days=5), work_potential="-refused")
    found = advice(ours)
    assert found.track == "basic"
    assert [(one.title, list(one.said)) for one in found.differ] == [
        ("Arbeidspotentieel", [("self", "Zeer hoog"), ("counsellor", "Redelijk")])
    ]


@pytest.mark.parametrize(("states", "verdict"), [(["refused"], "no"), (["refused", "asked"], "unknown"), (["refused", "granted"], "yes")])
def test_permission_counts_when_nobody_is_left_to_answer(ours: Side, states: list[str], verdict: str) -> None:
    answered(ours, **SUITS)
    for state in states:
        permitted(ours, state)
    assert advice(ours).verdict == verdict


def test_age_comes_from_the_register_and_is_left_out_for_who_may_not_know_who_it_is(ours: Side) -> None:
    Identity.objects.filter(candidacy=ours.candidacy).update(born_on=date(1950, 1, 1))
    later = date(2016, 10, 10)
    by_role = {}
    for role in (Role.COUNSELLOR, Role.EVALUATOR):
        found = advice(ours, role, later)
        line = next(line for one in found.lists for line in one.lines if line.title == "Ouder dan 65")
        by_role[role] = (line.passes, line.hidden, list(found.not_shown))
    left_out = ["De gemeente geeft geen toestemming", "Ouder dan 65"]
    assert by_role == {Role.COUNSELLOR: ("no", False, []), Role.EVALUATOR: ("unknown", True, left_out)}
    page = client_of(ours.users[Role.EVALUATOR]).get(reverse("candidate_eligibility", args=[ours.candidacy.pk])).content.decode()
    assert "Uw rol ziet niet waarop deze criteria rusten" in page


def test_what_is_not_shown_keeps_nobody_unknown(ours: Side) -> None:
    answered(ours, **SUITS)
    permitted(ours)
    assert advice(ours, Role.EVALUATOR).verdict == "yes"
    assert not advice(ours, Role.EVALUATOR).missing


STARTED, LEFT = date(2017, 3, 14), date(2016, 10, 2)
LATER = date(2026, 11, 30)


def closed(side: Side, **words: Any) -> None:
    """Ends the candidacy: born on 9 May 1960, so 56 then and over 65 years later."""
    Candidacy.objects.filter(pk=side.candidacy.pk).update(**words)
    Identity.objects.filter(candidacy=side.candidacy).update(born_on=date(1960, 5, 9))


def test_who_started_is_judged_as_of_the_day_of_the_start(ours: Side) -> None:
    """Somebody of 56 who started in 2017 may take part, whatever the age is when the page is opened."""
    answered(ours, **SUITS, wants_to_work="yes", interpreter_needed="no", cannot_be_carried_out="no", probation_permits="yes")
    permitted(ours)
    closed(ours, state="started", step="started", started_on=STARTED)
    found = advice(ours, on=LATER)
    assert (found.on, found.verdict) == (STARTED, "yes")
    page = client_of(ours.users[Role.COUNSELLOR]).get(reverse("candidate_eligibility", args=[ours.candidacy.pk])).content.decode()
    assert "Leeftijd: 66 jaar" not in page
    assert "14 maart 2017, de dag van de start" in page
    assert "Bewaar dit advies" not in page
    assert "Anders beslissen" not in page


def test_who_left_is_judged_by_the_criteria_in_force_on_that_day(ours: Side) -> None:
    """On 2 October 2016 work potential counted, and the age did not; what was answered afterwards was not known then."""
    answered(ours, work_potential="very_high")
    answered(ours, on=LATER, work_potential="low")
    closed(ours, state="left", left_on=LEFT, exit_reason="not_suitable")
    found = advice(ours, on=LATER)
    assert (found.on, found.verdict) == (LEFT, "no")
    titles = [line.title for one in found.lists for line in one.lines]
    assert "Ouder dan 65" not in titles
    page = client_of(ours.users[Role.COUNSELLOR]).get(reverse("candidate_eligibility", args=[ours.candidacy.pk])).content.decode()
    assert "2 oktober 2016, de dag waarop de kandidaat stopte" in page


def test_who_is_on_the_way_is_judged_as_of_today(ours: Side) -> None:
    closed(ours)
    found = advice(ours, on=LATER)
    assert (found.on, found.verdict) == (LATER, "no")
    page = client_of(ours.users[Role.COUNSELLOR]).get(reverse("candidate_eligibility", args=[ours.candidacy.pk])).content.decode()
    assert "Beoordeeld naar" not in page


@pytest.mark.parametrize(
    "words", [{"state": "started", "started_on": STARTED}, {"state": "left", "left_on": LEFT, "exit_reason": "not_suitable"}]
)
def test_no_advice_is_kept_of_who_started_or_left(ours: Side, words: dict[str, Any]) -> None:
    closed(ours, **words)
    scope = scope_of(ours.users[Role.COUNSELLOR])
    with scoped(scope), pytest.raises(Refusal) as refused:
        keep_advice(by=scope, on=ours.candidacy.pk, seen=1, today=LATER)
    assert refused.value.code == "decided_already"
    with pytest.raises(Refusal) as refused:
        decide(ours)
    assert refused.value.code == "decided_already"


def decide(side: Side, role: Role = Role.COUNSELLOR, **words: Any) -> EligibilityOverride:
    scope = scope_of(side.users[role])
    given: dict[str, Any] = {"answer": "yes", "track": "plus", "reason": "known_better", "seen": 1, "today": AT_THE_START} | words
    with scoped(scope):
        return decide_otherwise(by=scope, on=side.candidacy.pk, **given)


def test_deciding_otherwise_keeps_what_the_criteria_said_beside_it(ours: Side) -> None:
    answered(ours, **SUITS | {"work_potential": "very_high"})
    override = decide(ours)
    assert (override.answer, override.track, override.assessment.answer, override.assessment.track) == ("yes", "plus", "no", "")
    assert Candidacy.objects.get(pk=ours.candidacy.pk).track == "plus"
    found = advice(ours)
    assert [(one.answer, one.track, one.reason) for one in found.decisions] == [
        ("yes", "Plus", "Ik ken de kandidaat beter dan de antwoorden laten zien")
    ]
    assert AuditEntry.objects.filter(verb="decide_otherwise", candidacy=ours.candidacy.pk, actor=ours.users[Role.COUNSELLOR].pk).exists()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_eligibilityoverride SET reason = 'other'")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"reason": ""}, "no_reason"),
        ({"reason": "because"}, "no_reason"),
        ({"track": "gold"}, "unknown_choice"),
        ({"answer": "perhaps"}, "unknown_choice"),
        ({"answer": "no", "track": ""}, "nothing_else"),
    ],
)
def test_a_decision_without_a_reason_or_a_difference_is_refused(ours: Side, words: dict[str, Any], code: str) -> None:
    answered(ours, **SUITS | {"work_potential": "very_high"})
    with pytest.raises(Refusal) as refused:
        decide(ours, **words)
    assert refused.value.code == code
    assert not EligibilityAssessment.objects.exists()


def test_a_contract_names_the_track_and_no_decision_does_after_it(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(contract_on=AT_THE_START, track="basic")
    with pytest.raises(Refusal) as refused:
        decide(ours)
    assert refused.value.code == "contract_signed"


def test_somebody_with_an_old_page_is_told(ours: Side) -> None:
    with pytest.raises(Stale):
        decide(ours, seen=7)
    with pytest.raises(NotYours):
        decide(ours, Role.COORDINATOR)


def test_keeping_the_advice_puts_the_track_in_the_file(ours: Side) -> None:
    answered(ours, **SUITS)
    scope = scope_of(ours.users[Role.LEAD])
    with scoped(scope):
        kept = keep_advice(by=scope, on=ours.candidacy.pk, seen=1, today=AT_THE_START)
    assert (kept.answer, kept.track, kept.missing) == ("unknown", "basic", ["municipality_permits"])
    assert {one["criterion"] for one in kept.criteria} >= {"employability", "no_municipal_consent"}
    assert Candidacy.objects.get(pk=ours.candidacy.pk).track == "basic"
    assert advice(ours).kept_on == AT_THE_START


def test_what_stands_in_the_file_has_a_form_of_its_own(ours: Side) -> None:
    answered(ours, **SUITS)
    Answer.objects.filter(item="residence_permit_prospect").delete()
    scope = scope_of(ours.users[Role.COUNSELLOR])
    with scoped(scope):
        key = begin_register_form(by=scope, on=ours.candidacy.pk, today=AT_THE_START)
        assert begin_register_form(by=scope, on=ours.candidacy.pk, today=AT_THE_START) == key
        keep_answers(by=scope, on=key, typed={"residence_permit_prospect": Typed("no")}, happened_on=AT_THE_START)
    found = advice(ours)
    assert found.verdict == "no"
    assert not Answer.objects.filter(item__in=["age", "municipality_permits"]).exists()


def test_opening_the_advice_is_written_down(ours: Side, world: World) -> None:
    client_of(ours.users[Role.EVALUATOR]).get(reverse("candidate_eligibility", args=[ours.candidacy.pk]))
    assert AuditEntry.objects.filter(verb="read", part="eligibility", candidacy=ours.candidacy.pk).exists()
    refused = client_of(ours.users[Role.LEAD]).get(reverse("candidate_eligibility", args=[world.theirs.candidacy.pk]))
    assert refused.status_code == 404
    assert AuditEntry.objects.filter(verb="request", outcome="refused", actor=ours.users[Role.LEAD].pk).exists()


def test_by_hand(ours: Side) -> None:
    client, key = client_of(ours.users[Role.COUNSELLOR]), ours.candidacy.pk
    decide_page = reverse("candidate_eligibility_decide", args=[key])
    page = client.get(reverse("candidate_eligibility", args=[key])).content.decode()
    assert "Van Ours" in page
    assert client.post(decide_page, {"answer": "yes", "track": "", "reason": "", "seen": "1"}).status_code == 422
    sent = client.post(decide_page, {"answer": "yes", "track": "plus", "reason": "agreed_exception", "seen": "1"}, follow=True)
    assert sent.status_code == 200
    assert EligibilityOverride.objects.get().reason == "agreed_exception"
    begun = client.post(reverse("candidate_eligibility_register", args=[key]), follow=True).content.decode()
    assert 'id="q-conviction"' in begun
    assert 'id="q-age"' not in begun
