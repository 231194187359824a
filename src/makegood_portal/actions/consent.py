"""Consent of a candidate: asked, given, refused, renewed, taken back. Without one that counts, nothing is shared outside.

Candidates have no log-in: staff records what they say, with the day, and keeps the signed form where there is one. What
follows from a consent is decided in `ledger.access`, and holds in the database from the moment that this is written.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from makegood.values.month import add_months
from makegood_portal.actions.acting import action, add, change
from makegood_portal.actions.hand_over import the_provider
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import access, audit, terms
from makegood_portal.ledger.access import ASKED_FOR, Part
from makegood_portal.ledger.models import Candidacy, Consent, ConsentState, Organisation, PermissionRequest, PermissionState, State
from makegood_portal.ledger.processing import register
from makegood_portal.ledger.queries import consents, memberships
from makegood_portal.ledger.queries.consents import ConsentPage
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

KEEPERS = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)
FROM_A_FORM = "form"
"""The way of a consent that rests on what the candidate says in a questionnaire: its day and last day are those of the form."""
WAYS = ("on_paper", "spoken", FROM_A_FORM)
ANSWERS = (ConsentState.GIVEN, ConsentState.REFUSED)


def open_consents(*, by: Scope, on: UUID) -> ConsentPage | None:
    """The consents of a candidate, as far as the asker may see them; written down."""
    found = consents.of_candidate(by, on, today=timezone.localdate())
    outcome, person = ("done", found.person) if found else ("refused", None)
    facts = {"also": Part.IDENTITY}  # the page says whose they are
    audit.record(by, "read", part=Part.CONSENT, table="ledger_candidacy", row=on, candidacy=on, person=person, outcome=outcome, facts=facts)
    return found


@action(*KEEPERS)
def record_consent(
    *, by: Scope, on: UUID, purpose: str, party: UUID, answer: str, way: str, happened_on: date, until_on: date | None,
    officer: UUID | None,
) -> Consent:  # fmt: skip
    """What a candidate said today or earlier: asked and to be thought about (`asked`), `given` or `refused`.

    `until_on` is the first day on which it counts no more; None: as long as the register of processing lets it last.
    `officer`: the probation officer whom it is about, where it is about one.
    """
    row = access.writable(Candidacy.objects.filter(pk=on), by).select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    if row.state == State.LEFT:
        raise Refusal("not_open", _("This candidate is not on the way any more."))
    sharing = register().sharing.get(purpose)
    organisation = Organisation.objects.filter(pk=party, active=True).first()
    if sharing is None or organisation is None or organisation.kind != sharing.with_kind:
        raise Refusal("unknown_party", _("Choose with whom it may be shared."), field="party")
    if officer is not None and not memberships.has_role(officer, Role.PROBATION_OFFICER, at=party):
        raise Refusal("unknown_officer", _("This probation officer does not work there."), field="officer")
    if officer is not None:
        change(row, probation_id=party, probation_officer_id=officer)
    if way == FROM_A_FORM:
        happened_on, until_on = _as_the_form_says(by, row, purpose, answer)
    asked = Consent.objects.filter(candidacy=row, purpose=purpose, party=party, state=ConsentState.ASKED).first()
    if answer != ConsentState.ASKED:
        question = asked or Consent(candidacy=row, purpose=purpose, party=organisation, asked_on=happened_on, recorded_by_id=by.user)
        words: dict[str, Any] = {"answer": answer, "way": way, "happened_on": happened_on, "until_on": until_on}
        return _answered(question, row, by=by, new=asked is None, **words)
    if asked is not None:
        raise Refusal("asked_already", _("This was asked already."), remedy=_("Record the answer below the question."), field="answer")
    _not_to_come(happened_on)
    return add(Consent(candidacy=row, purpose=purpose, party=organisation, asked_on=happened_on, recorded_by_id=by.user))


@action(*KEEPERS)
def answer_consent(*, by: Scope, on: UUID, answer: str, way: str, happened_on: date, until_on: date | None) -> Consent:
    """The answer to a question that was asked earlier."""
    row = _mine(by, on)
    if row.state != ConsentState.ASKED:
        raise Refusal("answered_already", _("This question has its answer already."))
    if way == FROM_A_FORM:
        happened_on, until_on = _as_the_form_says(by, row.candidacy, row.purpose, answer)
    return _answered(row, row.candidacy, by=by, answer=answer, way=way, happened_on=happened_on, until_on=until_on, new=False)


@action(*KEEPERS)
def withdraw_consent(*, by: Scope, on: UUID, today: date) -> Consent:
    """Taken back: it counts no more from this moment. What a municipality was asked and did not answer is asked no longer."""
    row = _mine(by, on)
    if row.state != ConsentState.GIVEN:
        raise Refusal("not_given", _("There is no consent to take back."))
    change(row, state=ConsentState.WITHDRAWN, withdrawn_on=today)
    _ask_no_longer(row)
    return row


def agreed(*, by: Scope, on: Candidacy, parties: Collection[Organisation], says_so: bool, happened_on: date) -> None:
    """Inside an action that shares: each party has a consent that counts, or the candidate gives it.

    They give it now (`says_so`), or said so in a finished form that named nobody: then it is recorded of each party as the form
    says it, with its day.
    """
    counts = access.consents_that_count(ASKED_FOR).filter(candidacy=on, party__in=parties)
    missing = {party.pk: party for party in parties}.keys() - set(counts.values_list("party", flat=True))
    if not missing:
        return
    questions = Consent.objects.filter(candidacy=on, purpose=ASKED_FOR, party__in=missing, state=ConsentState.ASKED)
    asked = {one.party_id: one for one in questions}
    words: dict[str, Any] = {"way": "spoken", "happened_on": happened_on, "until_on": None}
    if not says_so:
        said = consents.yes_in_form(by, on, ASKED_FOR, no_on=consents.last_no(on.pk, ASKED_FOR).first(), today=timezone.localdate())
        if said is None or any(one.asked_on > said.on for one in asked.values()):  # asked since, and still to be thought about
            raise Refusal(
                "no_consent", _("It is not recorded that the candidate agrees to this."),
                remedy=_("Ask the candidate first."), field="agrees",
            )  # fmt: skip
        words = {"way": FROM_A_FORM, "happened_on": said.on, "until_on": _as_long_as_it_may(ASKED_FOR, said.on, said.until_on)}
    for party in parties:
        if party.pk in missing:
            new = Consent(candidacy=on, purpose=ASKED_FOR, party=party, asked_on=words["happened_on"], recorded_by_id=by.user)
            _answered(asked.get(party.pk, new), on, by=by, new=party.pk not in asked, answer=ConsentState.GIVEN, **words)


def follow_form(*, by: Scope, on: Candidacy) -> None:
    """Inside the answering and the finishing of a form: what the candidate says no to there is shared no longer.

    A yes shares nothing by itself, since a form does not say with whom: that is recorded beside it.
    """
    today = timezone.localdate()
    for purpose, said in consents.form_says(by, on, today=today, or_no_in_an_open_one=True).items():
        before = Consent.objects.filter(candidacy=on, purpose=purpose, state=ConsentState.GIVEN, answered_on__lte=said.on)
        for row in before.select_related("candidacy") if not said.yes else ():
            change(row, state=ConsentState.WITHDRAWN, withdrawn_on=today)
            _ask_no_longer(row)
    _close_or_open(by, on, today=today)


def _close_or_open(by: Scope, on: Candidacy, *, today: date) -> None:
    """To whom the file is closed from now on. A yes that is finished gives the provider the file, where its work has come.

    Once the file was handed over the provider keeps it: somebody has to end what was begun.
    """
    said = consents.objections(by, on, today=today)
    delivery = terms.deliveries_on({on.programme_id}, today).get(on.programme_id)
    if delivery and said.get("provider") is False and on.provider_id is None and on.state == State.OPEN:
        provider = the_provider(on) if "counsellor" in delivery.steps[on.step].acts else None
        if provider:
            change(on, provider_id=provider)
    closed = {who: said.get(who, getattr(on, column)) for who, column in access.CLOSED_TO.items()}
    closed["provider"] = closed["provider"] and on.handed_over_on is None
    changes = {column: [getattr(on, column), closed[who]] for who, column in access.CLOSED_TO.items() if closed[who] != getattr(on, column)}
    if changes:
        where: dict[str, Any] = {"table": "ledger_candidacy", "row": on.pk, "candidacy": on.pk, "person": on.person_id}
        audit.record(by, "close_file", **where, personal={"changes": changes})
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_close(%s, %s, %s)", [on.pk, closed["provider"], closed["evaluator"]])


def _as_the_form_says(by: Scope, on: Candidacy, purpose: str, answer: str) -> tuple[date, date | None]:
    """The day of the answer and its last day, as far as it may last. Refused where the form says something else, or nothing."""
    found = consents.form_says(by, on, today=timezone.localdate()).get(purpose)
    if found is None or answer != (ConsentState.GIVEN if found.yes else ConsentState.REFUSED):
        raise Refusal("not_in_the_form", _("The candidate does not say this in a finished questionnaire."), field="way")
    said_on, until = found.on, found.until_on
    no_on = consents.last_no(on.pk, purpose).first()
    if answer == ConsentState.GIVEN and no_on is not None and no_on >= said_on:
        remedy = _("Ask again, and record what they say now.")
        raise Refusal("no_since", _("After this questionnaire the candidate said no to this, or took it back."), remedy=remedy, field="way")
    return said_on, _as_long_as_it_may(purpose, said_on, until)


def _as_long_as_it_may(purpose: str, said_on: date, until: date | None) -> date | None:
    return min(until, add_months(said_on, register().sharing[purpose].months)) if until else None


def _answered(
    row: Consent, on: Candidacy, *, by: Scope, answer: str, way: str, happened_on: date, until_on: date | None, new: bool
) -> Consent:  # fmt: skip
    if answer not in ANSWERS:
        raise Refusal("no_answer", _("Choose what the candidate says."), field="answer")
    if way not in WAYS:
        raise Refusal("no_way", _("Choose how the candidate said it."), field="way")
    _not_to_come(happened_on)
    if happened_on < row.asked_on:
        raise Refusal("before_the_question", _("The answer came before the question. Check the day."), field="happened_on")
    given = answer == ConsentState.GIVEN
    if given:
        _not_against_the_form(by, on, row.purpose, happened_on)
    latest = add_months(happened_on, register().sharing[row.purpose].months)
    until = (until_on or latest) if given else None
    if until is not None and not happened_on < until <= latest:
        said = _("Choose a last day after the answer, and at the latest %(day)s.") % {"day": date_format(latest, "j F Y")}
        raise Refusal("too_long", said, field="until_on")
    before = Consent.objects.filter(candidacy=on, purpose=row.purpose, party=row.party_id, state=ConsentState.GIVEN)
    for earlier in before.select_related("candidacy"):
        if given:
            change(earlier, state=ConsentState.RENEWED)
        else:  # whoever now says no takes back what was said before
            change(earlier, state=ConsentState.WITHDRAWN, withdrawn_on=happened_on)
            _ask_no_longer(earlier)
    words: dict[str, Any] = {"state": ConsentState(answer), "way": way, "answered_on": happened_on, "until_on": until}
    row.candidacy = on
    if not new:
        return change(row, **words)
    for name, value in words.items():
        setattr(row, name, value)
    return add(row)


def _not_against_the_form(by: Scope, on: Candidacy, purpose: str, happened_on: date) -> None:
    """Also while the form with the no is open again: it stands until a finished one says yes."""
    found = consents.form_says(by, on, today=timezone.localdate(), or_no_in_an_open_one=True).get(purpose)
    if found is not None and not found.yes and happened_on <= found.on:
        what = _("In the questionnaire of %(day)s the candidate says no to this.") % {"day": date_format(found.on, "j F Y")}
        raise Refusal("form_says_no", what, remedy=_("Does the candidate say yes now? Put the questionnaire right first."), field="answer")


def _ask_no_longer(row: Consent) -> None:
    if row.purpose != ASKED_FOR:
        return
    asked = PermissionRequest.objects.filter(candidacy=row.candidacy_id, municipality=row.party_id, state=PermissionState.ASKED)
    for request in asked.select_related("candidacy"):
        change(request, state=PermissionState.WITHDRAWN, withdrawn_because="consent_withdrawn", reason="consent_withdrawn")


def _not_to_come(day: date) -> None:
    if day > timezone.localdate():
        raise Refusal("to_come", _("This day is still to come. Choose today or an earlier day."), field="happened_on")


def _mine(by: Scope, key: UUID) -> Consent:
    rows = access.writable(Consent.objects.filter(pk=key), by).select_related("candidacy")
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return row
