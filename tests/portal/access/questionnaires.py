"""Who may open what: `web/questionnaires.py`."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from makegood_portal.ledger.models import Response
from makegood_portal.ledger.words import Role
from portal.access.route import FILLERS, Route, nothing, of_candidacy
from portal.builders import Side, a_questionnaire


def of_screening(side: Side) -> dict[str, Any]:
    """A candidate, and the instrument with which they are screened."""
    a_questionnaire(side.programme)
    return {"candidacy": side.candidacy.pk, "code": "screening"}


def of_response(side: Side) -> dict[str, Any]:
    """A questionnaire that is being filled in."""
    form = a_questionnaire(side.programme)
    response, _ = Response.objects.get_or_create(candidacy=side.candidacy, questionnaire=form, defaults={"started_on": date(2026, 3, 2)})
    return {"response": response.pk}


def of_finished(side: Side) -> dict[str, Any]:
    """A questionnaire that is finished."""
    found = of_response(side)
    Response.objects.filter(pk=found["response"]).update(state="finished")
    return found


def of_one_reason(side: Side) -> dict[str, Any]:
    """A questionnaire, and the mark of an act in which somebody gave one reason for all that was open."""
    return of_response(side) | {"mark": uuid4()}


def why(_side: Side) -> dict[str, str]:
    """Why the rest is open."""
    return {"why": "not_asked"}


SCREENERS = FILLERS | {Role.EVALUATOR}

ROUTES = {
    "candidate_questionnaires": Route(may=SCREENERS, kwargs=of_candidacy),
    "questionnaire_begin": Route(may=FILLERS, kwargs=of_screening, post=nothing),
    "questionnaire_paper": Route(may=FILLERS, kwargs=of_screening),
    "questionnaires": Route(may=SCREENERS),
    "questionnaires_open": Route(may=FILLERS),
    "response": Route(may=FILLERS, kwargs=of_response),
    "response_keep": Route(may=FILLERS, kwargs=of_response, post=nothing),
    "response_finish": Route(may=FILLERS, kwargs=of_response, post=nothing),
    "response_leave": Route(may=FILLERS, kwargs=of_response, post=why),
    "response_leave_back": Route(may=FILLERS, kwargs=of_one_reason, post=nothing),
    "response_open_again": Route(may=FILLERS, kwargs=of_finished, post=nothing),
    "response_answers": Route(may=SCREENERS, kwargs=of_response),
    "response_paper": Route(may=FILLERS, kwargs=of_response),
}
