"""The advice on a candidate: read and written down, kept, or decided otherwise with a coded reason."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from makegood.instrument.stored import as_plain
from makegood.selection.forms import register_form
from makegood_portal.actions.acting import action, add, change, fact
from makegood_portal.actions.questionnaire import FILLERS, begin
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import access, audit, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Candidacy, EligibilityAssessment, EligibilityOverride, ProgrammeVersion, Questionnaire
from makegood_portal.ledger.models.candidacy import State
from makegood_portal.ledger.queries import eligibility, facts
from makegood_portal.ledger.queries.eligibility import DECIDERS, Advice
from makegood_portal.ledger.scope import Scope

ANSWERS = ("yes", "no")


def open_advice(*, by: Scope, on: UUID, today: date) -> Advice | None:
    """The advice as far as the asker may see it; written down."""
    found = eligibility.advice(by, on, today=today)
    outcome = "refused" if found is None else "done"
    person = found.person if found else None
    audit.record(by, "read", part=Part.ELIGIBILITY, table="ledger_candidacy", row=on, candidacy=on, person=person, outcome=outcome)
    return found


@action(*DECIDERS)
def keep_advice(*, by: Scope, on: UUID, seen: int, today: date) -> EligibilityAssessment:
    """Keep what the criteria say today; the track that is advised comes into the file, unless a contract names one."""
    row = _undecided(by, on)
    kept = _keep(by, row, today)
    if kept.track and row.contract_on is None:
        change(row, seen=seen, track=kept.track)
    return kept


@action(*DECIDERS)
def decide_otherwise(*, by: Scope, on: UUID, answer: str, track: str, reason: str, seen: int, today: date) -> EligibilityOverride:
    """Decide otherwise than the criteria (`answer`), the advice (`track`) or both, with a reason of the programme file.

    What the criteria said is kept beside it, so that both can be read later. An empty word leaves that part as it is.
    """
    row = _undecided(by, on)
    if by.user is None:
        raise NotYours("nobody", _("Only a person can do this."))
    delivery = terms.delivery_on(row.programme_id, today)
    if reason not in terms.in_use(delivery.override_reasons, today):
        raise Refusal("no_reason", _("Choose the reason. Without it nobody can learn from it."), field="reason")
    known = terms.in_use(delivery.tracks, today)
    if (track and track not in known) or answer not in ("", *ANSWERS):
        raise Refusal("unknown_choice", _("Choose one of the answers."), field="track" if answer in ("", *ANSWERS) else "answer")
    if track and row.contract_on is not None:
        raise Refusal("contract_signed", _("The contract names the track."), remedy=_("Put the contract right."), field="track")
    kept = _keep(by, row, today)
    other_answer = "" if answer == kept.answer else answer
    other_track = "" if track == kept.track else track
    if not other_answer and not other_track:
        raise Refusal("nothing_else", _("This is what the criteria say already."), remedy=_("Keep the advice."), field="answer")
    override = EligibilityOverride(candidacy=row, assessment=kept, answer=other_answer, track=other_track, reason=reason, by_id=by.user)
    add(override, reason=reason)
    if track:
        change(row, seen=seen, track=track)
    return override


def _keep(by: Scope, row: Candidacy, today: date) -> EligibilityAssessment:
    found = eligibility.advice(by, row.pk, today=today)
    version = ProgrammeVersion.objects.filter(programme=row.programme_id).order_by("-recorded_at").first()
    if found is None or version is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    fact(answer=found.verdict, track=found.track)
    kept = EligibilityAssessment(
        candidacy=row,
        programme_version=version,
        happened_on=today,
        answer=found.verdict,
        criteria=eligibility.plain_findings(found.assessment),
        missing=list(found.assessment.missing),
        track=found.track,
        reasons=[found.assessment.says.model_dump(), found.assessment.advice.says.model_dump()],
        assessed_by_id=by.user,
    )
    return add(kept)


@action(*FILLERS)
def begin_register_form(*, by: Scope, on: UUID, today: date) -> UUID:
    """Begin the form of what stands in a list or file, for this candidate. Gives the key of the response."""
    row = access.writable(Candidacy.objects.filter(pk=on), by).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    delivery = terms.delivery_on(row.programme_id, today)
    form = as_plain(register_form(delivery, without=facts.of_register(delivery), on=today))
    if not form["items"]:
        raise Refusal("no_such_questionnaire", _("This programme has no such questionnaire."))
    sha256 = hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()
    Questionnaire.objects.get_or_create(
        programme_id=row.programme_id, code=form["name"], sha256=sha256, defaults={"title": form["title"], "definition": form}
    )
    return begin(by=by, on=on, instrument=form["name"], medium="screen", happened_on=today)


def _undecided(by: Scope, key: UUID) -> Candidacy:
    row = _mine(by, key)
    if row.state != State.OPEN:
        raise Refusal("decided_already", _("The candidate has started or left. There is nothing to decide any more."))
    return row


def _mine(by: Scope, key: UUID) -> Candidacy:
    row = access.writable(Candidacy.objects.filter(pk=key), by).select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return row
