"""Criteria by version, counted, and a change of them: looked at, refused without its analysis, proposed with it.

Needs 41, 45.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from makegood.programme.checking import check_terms
from makegood.programme.proposing import amendment_text, with_amendment
from makegood.programme.reading import read_agreement, shipped
from makegood_portal.actions.criteria import TermsRefused, count_criteria, look_at_change, look_at_file, propose_change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import terms
from makegood_portal.ledger.models import (
    Answer,
    AuditEntry,
    Candidacy,
    CriteriaAnalysis,
    CriteriaProposal,
    Identity,
    PermissionRequest,
    ProgrammeVersion,
    Response,
)
from makegood_portal.ledger.queries import criteria
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_candidacy, a_questionnaire, client_of
from published_participants import participants

pytestmark = pytest.mark.django_db
AT_THE_START = date(2016, 6, 10)
TODAY = date(2026, 3, 2)
OLDER = "delivery/criteria/practice/criteria/older_than_65"
CHANGE: dict[str, Any] = {
    "from": "2026-04-01",
    "reason": "Too few come in.",
    "expected_effect": "Older candidates come in.",
    "review_on": "2026-10-01",
    "changes": [{"term": OLDER, "retired": "yes"}],
}


def person(side: Side, *, born_on: date = date(1990, 5, 17), permission: str = "granted", **words: str) -> Candidacy:
    row = a_candidacy(
        programme=side.programme, prison=side.at(Kind.PRISON), provider=side.at(Kind.PROVIDER), counsellor=side.users[Role.COUNSELLOR],
        identity={"born_on": born_on},
    )  # fmt: skip
    response = Response.objects.create(candidacy=row, questionnaire=a_questionnaire(side.programme), started_on=AT_THE_START)
    for item, word in words.items():
        given: dict[str, Any] = {"status": "given", "value": word} if not word.startswith("-") else {"status": word[1:]}
        Answer.objects.create(candidacy=row, response=response, item=item, source="counsellor", happened_on=AT_THE_START, **given)
    if permission:
        answered_on = None if permission == "asked" else AT_THE_START
        PermissionRequest.objects.create(
            candidacy=row, municipality=side.at(Kind.MUNICIPALITY), state=permission, parallel=True, asked_on=AT_THE_START,
            deadline_on=AT_THE_START, answered_on=answered_on,
        )  # fmt: skip
    return row


WILLING: dict[str, Any] = {"wants_to_work": "yes", "interpreter_needed": "no", "cannot_be_carried_out": "no"}
OLD = date(1950, 1, 1)


@pytest.fixture
def ours(world: World) -> Side:
    """Three whom the criteria let in, two older than 65, one who does not want to work, one of whom it is not known."""
    for _ in range(3):
        person(world.ours, **WILLING, work_potential="fair")
    for _ in range(2):
        person(world.ours, born_on=OLD, **WILLING, work_potential="low")
    person(world.ours, **WILLING | {"wants_to_work": "no"})
    person(world.ours, **WILLING, permission="asked")
    person(world.theirs, born_on=OLD, **WILLING)
    return world.ours


def look(side: Side, role: Role = Role.LEAD, amendment: dict[str, Any] | None = None, today: date = TODAY) -> CriteriaAnalysis:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return look_at_change(by=scope, on=side.programme.pk, name="older_people", amendment=amendment or CHANGE, today=today)


def propose(side: Side, analysis: CriteriaAnalysis, role: Role = Role.LEAD, today: date = TODAY) -> CriteriaProposal:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return propose_change(by=scope, on=analysis.pk, today=today)


def test_who_meets_the_criteria_is_counted_over_the_own_candidates_alone(ours: Side) -> None:
    scope = scope_of(ours.users[Role.LEAD])
    with scoped(scope):
        counts = count_criteria(by=scope, on=ours.programme.pk, day=TODAY, today=TODAY).counts
    pairs = {(before, after): people for before, after, people in counts["pairs"]}
    assert pairs == {("yes", "yes"): 3, ("no", "no"): 3, ("unknown", "unknown"): 1}
    older = next(one for one in counts["before"] if one["criterion"] == "older_than_65")
    assert (older["yes"], older["no"], older["unknown"]) == (5, 2, 0)
    assert "no_consent_of_probation" in counts["silent"], "the register holds no answer of probation about anybody"


def ended(*, born_on: date, side: Side, **words: Any) -> None:
    row = person(side, born_on=born_on, **WILLING, work_potential="fair")
    Candidacy.objects.filter(pk=row.pk).update(**words)


def test_an_age_is_that_of_the_day_of_the_start_or_of_leaving(world: World) -> None:
    """Two of 56 and 20 in 2016 are so in every table, ten years on too; one who is on the way is as old as today."""
    ours = world.ours
    born = {56: date(1960, 5, 9), 20: date(1996, 5, 9)}
    ended(side=ours, born_on=born[56], state="started", started_on=date(2017, 3, 14))
    ended(side=ours, born_on=born[20], state="left", left_on=date(2016, 9, 1), exit_reason="not_suitable")
    person(ours, born_on=born[56], **WILLING, work_potential="fair")
    on = date(2026, 11, 30)
    found = look(ours, amendment={**CHANGE, "from": "2026-12-01"}, today=on).counts
    ages = {one["level"]: one["people"] for one in found["levels"] if one["trait"] == "age"}
    assert ages == {"55–64": 1, "18–24": 1, "65 and over": 1}
    assert found["would_come_in"] == 1, "only who is on the way and older than 65 now"


def test_an_answer_after_the_start_says_nothing_about_the_start(world: World) -> None:
    ours = world.ours
    ended(side=ours, born_on=date(1990, 1, 1), state="started", started_on=date(2017, 3, 14))
    response = Response.objects.get()
    Answer.objects.create(candidacy=response.candidacy, response=response, item="wants_to_work", source="self", status="given",
                          value="no", happened_on=date(2018, 1, 1))  # fmt: skip
    pairs = look(ours).counts["pairs"]
    assert pairs == [["yes", "yes", 1]]


def test_the_page_shows_the_figures_and_a_stranger_to_the_persons_sees_none(ours: Side) -> None:
    """Investors and outcome payers read the text; head office reads what was proposed."""
    client_of(ours.users[Role.LEAD]).post(reverse("criteria_count", args=[ours.programme.pk]))
    page = client_of(ours.users[Role.LEAD]).get(reverse("criteria")).content.decode()
    assert "<dd>3</dd>" in page
    for role in (Role.INVESTOR, Role.OUTCOME_PAYER, Role.HEAD_OFFICE):
        seen = client_of(ours.users[role]).get(reverse("criteria")).content.decode()
        assert "Ouder dan 65" in seen
        assert "<dd>" not in seen, role


def test_the_text_is_that_of_the_day_with_its_source(ours: Side) -> None:
    client = client_of(ours.users[Role.INVESTOR])
    first = client.get(reverse("criteria"), {"on": "2016-06-10"}).content.decode()
    assert "Arbeidspotentieel is laag of redelijk" in first
    assert "Ouder dan 65" not in first
    assert "Procesevaluatie van de social impact bond Werk na Detentie, tabel 10" in first, "a source in words, not as the file codes it"
    assert "process_evaluation" not in first
    assert "De evaluatie noemt er geen" in client.get(reverse("criteria")).content.decode()
    assert client.get(reverse("criteria"), {"on": "tomorrow"}).status_code == 404
    assert client.get(reverse("criteria"), {"programme": "x"}).status_code == 404


def test_a_change_says_who_would_come_in_by_trait_and_prison_and_how_the_mix_shifts(ours: Side) -> None:
    """Need 45."""
    counts = look(ours).counts
    assert {word: counts[word] for word in ("assessed", "would_come_in", "would_stay_out", "not_known")} == {
        "assessed": 7, "would_come_in": 2, "would_stay_out": 0, "not_known": 1,
    }  # fmt: skip
    by_level = {(one["trait"], one["level"]): one for one in counts["levels"]}
    low = by_level["work_potential", "low"]
    assert (low["before"], low["after"], low["would_come_in"], low["share_before"], low["share_after"]) == (0, 2, 2, 0.0, 0.4)
    # by hand: 0.4 / sqrt((0 + 0.4 x 0.6) / 2)
    assert low["difference"] == pytest.approx(1.1547, abs=1e-4)
    assert by_level["age", "65 and over"]["would_come_in"] == 2
    assert by_level["prison", ours.at(Kind.PRISON).name]["would_come_in"] == 2


def test_who_may_not_know_a_birth_date_is_not_told_it_by_a_table(ours: Side) -> None:
    counts = look(ours, Role.EVALUATOR).counts
    assert not [one for one in counts["levels"] if one["trait"] in ("age", "sex")]
    assert "older_than_65" in counts["hidden"]
    assert "older_than_65" not in counts["silent"]


def test_what_a_role_is_not_shown_is_not_counted_as_unknown(ours: Side) -> None:
    """Lead and evaluator read the same of each criterion that both may know; the others are named as not shown."""
    programme = ours.programme.pk
    of: dict[Role, dict[str, tuple[int, int, int]]] = {}
    for role in (Role.LEAD, Role.EVALUATOR):
        scope = scope_of(ours.users[role])
        with scoped(scope):
            counts = count_criteria(by=scope, on=programme, day=TODAY, today=TODAY).counts
        of[role] = {one["criterion"]: (one["yes"], one["no"], one["unknown"]) for one in counts["before"]}
        if role is Role.EVALUATOR:
            assert counts["hidden"] == ["no_municipal_consent", "older_than_65"]
            assert {"no_municipal_consent", "older_than_65"}.isdisjoint(counts["silent"])
            assert counts["pairs"] == [["no", "no", 1], ["yes", "yes", 6]], "neither an age nor a permission counts"
    hidden = of[Role.LEAD].keys() - of[Role.EVALUATOR].keys()
    assert hidden == {"no_municipal_consent", "older_than_65"}
    page = client_of(ours.users[Role.EVALUATOR]).get(reverse("criteria")).content.decode()
    assert "Uw rol ziet niet waarop deze criteria rusten" in page
    assert "Uw rol ziet" not in client_of(ours.users[Role.LEAD]).get(reverse("criteria")).content.decode()


def test_a_day_gone_by_is_counted_by_the_criteria_of_that_day(ours: Side) -> None:
    """Need 45: two sets of criteria over the same people, each beside its own figures."""
    person(ours, **WILLING, work_potential="very_high")
    client, programme = client_of(ours.users[Role.LEAD]), ours.programme.pk
    client.post(reverse("criteria_count", args=[programme]))
    before = {"programme": str(programme), "on": "2016-10-02"}
    assert "Er is nog niet geteld" in client.get(reverse("criteria"), before).content.decode(), "figures of other criteria are not shown"
    page = client.post(reverse("criteria_count", args=[programme]), {"on": "2016-10-02"}, follow=True)
    assert page.request["QUERY_STRING"].endswith("&on=2016-10-02")
    shown = page.context["counts"]
    employability = next(
        one["counts"] for listed in page.context["rules"] for one in listed["rules"] if one["row"].criterion == "employability"
    )
    assert (employability["yes"], employability["no"], employability["unknown"]) == (5, 1, 0)
    assert (shown["yes"], shown["no"], shown["unknown"]) == (5, 1, 0), "an age or what somebody wants kept nobody out then"
    at_first = client.get(reverse("criteria"), {"on": "1900-01-01"})
    assert at_first.context["counts"] == shown, "the same criteria, so the same figures"
    now = client.get(reverse("criteria")).context["counts"]
    assert (now["yes"], now["no"], now["unknown"]) == (4, 3, 1)
    assert client.post(reverse("criteria_count", args=[programme]), {"on": "tomorrow"}).status_code == 404


def test_a_limit_moves(ours: Side) -> None:
    moves = [{"term": f"{OLDER}/when/above", "was": "65", "becomes": "80"}]
    assert look(ours, amendment={**CHANGE, "changes": moves}).counts["would_come_in"] == 2
    moves = [{"term": f"{OLDER}/when/above", "was": "65", "becomes": "30"}]
    assert look(ours, amendment={**CHANGE, "changes": moves}).counts["would_stay_out"] == 3


def test_a_proposal_carries_its_analysis_and_the_file_with_it_stands(ours: Side) -> None:
    made = propose(ours, look(ours))
    assert made.amendment["analysis"] == {
        "on": "2026-03-02", "assessed": "7", "would_come_in": "2", "would_stay_out": "0", "not_known": "1",
    }  # fmt: skip
    agreement = with_amendment(terms.agreement_of(ours.programme.pk), made.name, made.amendment)
    assert agreement.amendments["older_people"].analysis is not None
    text = amendment_text(made.name, made.amendment)
    assert "would_come_in: '2'" in text
    assert AuditEntry.objects.filter(verb="propose_change", actor=ours.users[Role.LEAD].pk).exists()


def test_what_was_proposed_can_be_put_in_the_file_as_it_is(ours: Side, tmp_path: Path) -> None:
    made = propose(ours, look(ours))
    text = (shipped()["werk-na-detentie"] / "programme.yaml").read_text(encoding="utf-8")
    (tmp_path / "programme.yaml").write_text(text.rstrip("\n") + "\n" + amendment_text(made.name, made.amendment), encoding="utf-8")
    agreement = read_agreement(tmp_path / "programme.yaml", check=check_terms)
    delivery = agreement.on(date(2026, 4, 1)).programme.delivery
    assert delivery is not None
    assert delivery.criteria["practice"].criteria["older_than_65"].retired_on == date(2026, 4, 1)


def test_without_an_analysis_nothing_is_proposed_not_even_past_the_application(ours: Side, world: World) -> None:
    scope = scope_of(ours.users[Role.LEAD])
    with scoped(scope):
        counted = count_criteria(by=scope, on=ours.programme.pk, day=TODAY, today=TODAY)
    theirs = look(world.theirs)
    for analysis in (counted, theirs):
        with pytest.raises(Refusal) as refused:
            propose(ours, analysis)
        assert refused.value.code == "no_analysis"
    analysis = look(ours)
    with pytest.raises(IntegrityError), transaction.atomic():
        CriteriaProposal.objects.create(
            programme=ours.programme, analysis=analysis, name="x", amendment=CHANGE, in_force_from=TODAY, by=ours.users[Role.LEAD]
        )


def test_an_analysis_of_other_terms_or_of_a_day_gone_by_is_too_old(ours: Side) -> None:
    analysis = look(ours)
    with pytest.raises(Refusal) as refused:
        propose(ours, analysis, today=date(2026, 4, 2))
    assert refused.value.code == "old_analysis"
    text = ProgrammeVersion.objects.get(programme=ours.programme).text.replace("bulk: yes\n      minutes: 5", "bulk: yes\n      minutes: 6")
    version = ProgrammeVersion.objects.create(programme=ours.programme, sha256="e" * 64, text=text, in_force_from=TODAY)
    assert version.text != ProgrammeVersion.objects.filter(programme=ours.programme).exclude(pk=version.pk).get().text
    with pytest.raises(Refusal) as refused:
        propose(ours, analysis)
    assert refused.value.code == "old_analysis"


def test_a_change_is_proposed_once_and_by_the_lead(ours: Side) -> None:
    analysis = look(ours)
    with pytest.raises(NotYours):
        propose(ours, analysis, Role.EVALUATOR)
    propose(ours, analysis)
    with pytest.raises(Refusal) as refused:
        propose(ours, analysis)
    assert refused.value.code == "proposed_already"


def test_figures_are_not_changed_afterwards_and_another_provider_does_not_read_them(ours: Side, world: World) -> None:
    analysis = look(ours)
    scope = scope_of(world.theirs.users[Role.LEAD])
    with scoped(scope):
        assert criteria.analysis(scope, analysis.pk) is None
        assert not CriteriaAnalysis.objects.exists(), "the database says the same"
    for role, sees in ((Role.HEAD_OFFICE, False), (Role.INVESTOR, False), (Role.EVALUATOR, True)):
        with scoped(scope_of(ours.users[role])):
            assert CriteriaAnalysis.objects.exists() is sees, role
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_criteriaanalysis SET counts = '{}'")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"changes": []}, "no_criteria"),
        ({"changes": [{"term": "delivery/order/0", "was": "list_drawn_up", "becomes": "talk"}]}, "no_criteria"),
        ({"from": "2026-03-01"}, "in_the_past"),
        ({"from": "soon"}, "no_day"),
        ({"changes": [{"term": "delivery/criteria/practice/criteria/nobody", "retired": "yes"}]}, "unknown_term"),
        ({"changes": [{"term": f"{OLDER}/when/above", "was": "70", "becomes": "80"}]}, "was_differs"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(ours: Side, words: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        look(ours, amendment={**CHANGE, **words})
    assert refused.value.code == code
    assert not CriteriaAnalysis.objects.exists()


def upload(side: Side, text: str) -> CriteriaAnalysis:
    scope = scope_of(side.users[Role.LEAD])
    with scoped(scope):
        return look_at_file(by=scope, on=side.programme.pk, content=text.encode(), today=TODAY)


def the_file(side: Side, more: str = "") -> str:
    return ProgrammeVersion.objects.get(programme=side.programme).text.rstrip("\n") + "\n" + more


def test_an_amended_file_is_looked_at_as_the_form_is(ours: Side) -> None:
    found = upload(ours, the_file(ours, amendment_text("older_people", CHANGE)))
    assert (found.name, found.counts["would_come_in"]) == ("older_people", 2)
    assert propose(ours, found).amendment["analysis"]["would_come_in"] == "2"


def test_a_file_that_lost_a_code_in_use_is_refused_by_its_name(ours: Side) -> None:
    Candidacy.objects.filter(programme=ours.programme).update(channel="flyer")
    text = the_file(ours, amendment_text("older_people", CHANGE)).replace("    flyer: {", "    leaflet: {")
    with pytest.raises(TermsRefused) as refused:
        upload(ours, text)
    assert "delivery/channels/flyer" in [problem.where.path for problem in refused.value.problems]
    text = the_file(ours, amendment_text("older_people", CHANGE)).replace("wants_to_work", "would_like_to_work")
    with pytest.raises(TermsRefused) as refused:
        upload(ours, text)
    assert "delivery/items/wants_to_work" in [problem.where.path for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty_file"), ("a: [", "not_yaml"), ("\x00\x01", "binary_file"), ("programme: other\n", "not_by_amendment")],
)
def test_a_file_that_is_no_programme_file_is_refused(ours: Side, text: str, code: str) -> None:
    with pytest.raises(TermsRefused) as refused:
        upload(ours, text)
    assert code in [problem.code for problem in refused.value.problems]


def test_a_file_without_or_with_two_amendments_is_refused(ours: Side) -> None:
    two = amendment_text("one_more", CHANGE) + amendment_text("and_another", CHANGE)
    for more in ("", two):
        with pytest.raises(TermsRefused) as refused:
            upload(ours, the_file(ours, more))
        assert refused.value.code == "not_one_amendment"


def test_the_published_83_come_out_of_the_register(world: World) -> None:
    """31 of 83 assessed meet the guide, 52 do not or it is not known (lines 2634-2646); see tests/published for each."""
    ours, beside = world.ours, {"clinical_treatment_first": "no", "residence_permit_prospect": "yes"}
    people = participants(seed=random.Random(5).randrange(1000))  # noqa: S311 - invented people
    for one in people:
        words: dict[str, Any] = {item: word for item, word in one.items() if word != "missing"}
        person(ours, **{**beside, **words})
    scope = scope_of(ours.users[Role.LEAD])
    with scoped(scope):
        counts = count_criteria(by=scope, on=ours.programme.pk, day=AT_THE_START, today=AT_THE_START).counts
    pairs = Counter({before: people_ for before, _after, people_ in counts["pairs"]})
    employability = next(one for one in counts["before"] if one["criterion"] == "employability")
    assert (counts["assessed"], pairs["yes"]) == (119, 31)
    assert employability["yes"] == 31
    # 36 of 119 have no estimate of their work potential: nothing can be said of them.
    assert employability["no"] + employability["unknown"] == 119 - 31
    assert employability["unknown"] >= 119 - 83


def test_by_hand(ours: Side) -> None:
    client, programme = client_of(ours.users[Role.LEAD]), ours.programme.pk
    change = reverse("criteria_change", args=[programme])
    page = client.get(change).content.decode()
    assert 'value="practice/older_than_65"' in page
    why = {"in_force_from": "2050-01-01", "reason": "Too few", "expected_effect": "More", "review_on": "2050-06-01"}
    assert client.post(change, why).status_code == 422
    assert (
        client.post(change, {**why, "add_title": "Has a home", "add_answers": ["wants_to_work=no", "interpreter_needed=yes"]}).status_code
        == 422
    )
    limit = next(name for name in ("limit_0", "limit_1", "limit_2") if f'name="{name}"' in page)
    assert client.post(change, {**why, limit: "many"}).status_code == 422
    new = {"add_title": "Wil graag werken", "add_answers": ["work_potential=low"], "add_effect": "excludes"}
    seen = client.post(change, {**why, "drop": ["practice/older_than_65"], **new}, follow=True)
    assert seen.status_code == 200, seen.content.decode()[-2000:]
    analysis = CriteriaAnalysis.objects.get()
    assert [one["term"].rsplit("/", 1)[1] for one in analysis.amendment["changes"]] == ["older_than_65", "wil_graag_werken"]
    assert analysis.counts["would_come_in"] == 0, "the two who are older have low work potential"
    assert client.post(reverse("criteria_propose", args=[analysis.pk]), follow=True).status_code == 200
    told = client_of(ours.users[Role.HEAD_OFFICE]).get(reverse("criteria")).content.decode()
    assert "Too few" in told
    assert "wil_graag_werken" not in told
    file = SimpleUploadedFile("programme.yaml", b"\xff\xfe")
    assert client.post(reverse("criteria_upload", args=[programme]), {"file": file}).status_code == 422
    bad = SimpleUploadedFile("programme.yaml", b"programme: other\n")
    page = client.post(reverse("criteria_upload", args=[programme]), {"file": bad}).content.decode()
    assert "Er is iets anders veranderd dan met een wijziging" in page, "in the language of the page, with the exact words beside"
    assert '<span lang="en"' in page
    assert Identity.objects.exists()
