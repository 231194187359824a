"""Who may open what: `web/agreements.py`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from makegood_portal.ledger.models import Answer, Appointment, ContactRoute, Contract, Response
from makegood_portal.ledger.words import Role
from portal.access.route import FILLERS, Route, nothing, of_candidacy
from portal.builders import Side, a_questionnaire


def of_way(side: Side) -> dict[str, Any]:
    """A way to reach the candidate."""
    route, _ = ContactRoute.objects.get_or_create(candidacy=side.candidacy, kind="own_phone", value="0600000000", ended_on=None)
    return {"route": route.pk}


def of_appointment(state: str) -> Any:
    """A first appointment of yesterday."""

    def make(side: Side) -> dict[str, Any]:
        at = timezone.now() - timedelta(days=1)
        row, _ = Appointment.objects.update_or_create(candidacy=side.candidacy, kind="first_week", defaults={"at": at, "state": state})
        return {"appointment": row.pk}

    return make


def of_withdrawn(side: Side) -> dict[str, Any]:
    """A candidate whose contract was taken back today."""
    today = timezone.localdate()
    words = {"track": "basic", "signed_on": today, "signed_with": side.users[Role.COUNSELLOR], "withdrawn_on": today}
    Contract.objects.create(candidacy=side.candidacy, withdrawn_reason="not_signed", withdrawn_at=timezone.now(), **words)
    return {"candidacy": side.candidacy.pk}


def kept(side: Side) -> dict[str, Any]:  # noqa: ARG001
    return {"state": "kept", "seen": "1"}


def of_named(side: Side) -> dict[str, Any]:
    """A candidate who named an address of stay in a finished form."""
    today, form = timezone.localdate(), a_questionnaire(side.programme, "acquaintance")
    response = Response.objects.create(candidacy=side.candidacy, questionnaire=form, state="finished", started_on=today)
    said = {"item": "routes", "status": "given", "value": "shelter", "source": "self", "happened_on": today, "reference_time": "after"}
    Answer.objects.create(candidacy=side.candidacy, response=response, **said)
    return {"candidacy": side.candidacy.pk}


def numbered(side: Side) -> dict[str, Any]:  # noqa: ARG001
    return {"value_shelter": "Kerkstraat 1"}


SIGNERS = frozenset({Role.COUNSELLOR, Role.LEAD})

ROUTES = {
    "candidate_contract": Route(may=FILLERS | {Role.PROBATION_OFFICER}, kwargs=of_candidacy),
    "candidate_contacts": Route(may=FILLERS, kwargs=of_candidacy),
    "contacts_from_form": Route(may=FILLERS, kwargs=of_named, post=numbered),
    "candidate_first_appointment": Route(may=FILLERS, kwargs=of_candidacy),
    "contract_withdraw": Route(may=SIGNERS, kwargs=of_candidacy),
    "contract_reinstate": Route(may=SIGNERS, kwargs=of_withdrawn, post=nothing),
    "appointments": Route(may=SIGNERS),
    "appointment_record": Route(may=FILLERS, kwargs=of_appointment("planned"), post=kept),
    "appointment_again": Route(may=FILLERS, kwargs=of_appointment("kept"), post=nothing),
    "appointment_move": Route(may=FILLERS, kwargs=of_appointment("planned")),
    "route_end": Route(may=FILLERS, kwargs=of_way, post=nothing),
}
