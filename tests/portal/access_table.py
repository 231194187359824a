"""Every route, who may open it, and with which object. A route that is missing here fails the suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from makegood_portal.ledger.models import Candidacy, ContactRoute, GrossListImport, MunicipalityContact, Notice, PermissionRequest, Response
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, a_questionnaire, an_event

EVERYBODY = frozenset(Role)
READERS = frozenset({Role.COORDINATOR, Role.HEAD_OFFICE, Role.COUNSELLOR, Role.LEAD, Role.PROBATION_OFFICER, Role.EVALUATOR})


def nothing(side: Side) -> dict[str, Any]:  # noqa: ARG001
    return {}


def of_candidacy(side: Side) -> dict[str, Any]:
    return {"candidacy": side.candidacy.pk}


def of_step_done(side: Side) -> dict[str, Any]:
    """A candidate whose last step was the prison's check."""
    an_event(side.candidacy, step="list_checked", outcome="passed")
    Candidacy.objects.filter(pk=side.candidacy.pk).update(step="informed")
    return {"candidacy": side.candidacy.pk}


def of_who_left(side: Side) -> dict[str, Any]:
    """A candidate who left at the prison's check."""
    Candidacy.objects.filter(pk=side.candidacy.pk).update(state="left", left_on=date(2026, 3, 2), exit_reason="not_suitable")
    return {"candidacy": side.candidacy.pk}


def of_screening(side: Side) -> dict[str, Any]:
    """A candidate, and the instrument with which they are screened."""
    a_questionnaire(side.programme)
    return {"candidacy": side.candidacy.pk, "code": "screening"}


def of_response(side: Side) -> dict[str, Any]:
    """A questionnaire that is being filled in."""
    form = a_questionnaire(side.programme)
    response, _ = Response.objects.get_or_create(candidacy=side.candidacy, questionnaire=form, defaults={"started_on": date(2026, 3, 2)})
    return {"response": response.pk}


def of_list(side: Side) -> dict[str, Any]:
    """A list that waits to be looked at."""
    listed, _ = GrossListImport.objects.get_or_create(
        programme=side.programme,
        prison=side.at(Kind.PRISON),
        month=date(2026, 3, 1),
        sha256="0" * 64,
        defaults={"file_name": "list.csv", "state": "preview", "by": side.users[Role.COORDINATOR]},
    )
    return {"listed": listed.pk}


def of_leads_notice(side: Side) -> dict[str, Any]:
    notice, _ = Notice.objects.get_or_create(to=side.users[Role.LEAD], kind="glass_broken", candidacy=side.candidacy)
    return {"notice": notice.pk}


def of_request(side: Side) -> dict[str, Any]:
    """A municipality that was asked for permission."""
    request, _ = PermissionRequest.objects.get_or_create(
        candidacy=side.candidacy,
        municipality=side.at(Kind.MUNICIPALITY),
        defaults={"state": "asked", "asked_on": date(2026, 3, 2), "deadline_on": date(2026, 3, 16)},
    )
    return {"request_": request.pk}


def a_number(side: Side) -> dict[str, Any]:  # noqa: ARG001
    return {"number": "999990019"}


def of_way(side: Side) -> dict[str, Any]:
    """A way to reach the candidate."""
    route, _ = ContactRoute.objects.get_or_create(candidacy=side.candidacy, kind="own_phone", value="0600000000", ended_on=None)
    return {"route": route.pk}


def of_municipality(side: Side) -> dict[str, Any]:
    """A municipality in the directory."""
    return {"municipality_": side.at(Kind.MUNICIPALITY).pk}


def of_its_contact(side: Side) -> dict[str, Any]:
    """A contact person of a municipality."""
    contact, _ = MunicipalityContact.objects.get_or_create(
        municipality=side.at(Kind.MUNICIPALITY),
        ended_on=None,
        defaults={"name": "M. Loket", "phone": "050", "checked_on": date(2026, 3, 2)},
    )
    return {"contact": contact.pk}


@dataclass(frozen=True, kw_only=True)
class Route:
    """`may`: the roles that get an answer (200, or 302 to another page); all others get 403 or 404.

    `kwargs` makes the address from one side of the world; a route with an object is also tried with the other side's
    object by every role, and must be 404 or 403 for all. `post` is the form to send; then the method is POST.
    `public`: strangers get an answer too; else they are led to the log-in.
    """

    may: frozenset[Role] = EVERYBODY
    kwargs: Callable[[Side], dict[str, Any]] = nothing
    post: Callable[[Side], dict[str, Any]] | None = None
    public: bool = False
    shared: frozenset[Role] = frozenset()
    """Roles that get an answer with the other side's object too: it stands in a directory, and is nobody's file."""
    answers: frozenset[int] = frozenset({200, 302})
    htmx: bool = False
    needs: Iterable[str] = field(default=())

    @property
    def has_object(self) -> bool:
        """Whether the address names a record."""
        return self.kwargs is not nothing


LISTS = frozenset({Role.COORDINATOR, Role.HEAD_OFFICE})
ONLY_COORDINATOR = frozenset({Role.COORDINATOR})
STATEMENT = frozenset({Role.INVESTOR, Role.OUTCOME_PAYER, Role.LEAD, Role.EVALUATOR, Role.HEAD_OFFICE})
FILLERS = frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD})
SCREENERS = FILLERS | {Role.EVALUATOR}
ACTORS = frozenset({Role.HEAD_OFFICE, Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD})

DIRECTORY = ACTORS
"""Who may have to ask a municipality, and so keep the directory right."""

ROUTES: dict[str, Route] = {
    "home": Route(),
    "put_notice_away": Route(may=frozenset({Role.LEAD}), kwargs=of_leads_notice, post=nothing),
    "plain_text": Route(),
    "healthz": Route(public=True),
    "set_language": Route(public=True, post=nothing),
    "candidates": Route(may=READERS),
    "open_colleagues_file": Route(may=frozenset({Role.COUNSELLOR})),
    "candidate": Route(may=READERS, kwargs=of_candidacy),
    "statement": Route(may=STATEMENT),
    "statement_document": Route(may=STATEMENT, answers=frozenset({200, 302, 404})),
    "citizen_number": Route(may=ONLY_COORDINATOR, kwargs=of_candidacy, post=nothing, answers=frozenset({200, 409})),
    "citizen_number_record": Route(may=ONLY_COORDINATOR, kwargs=of_candidacy, post=a_number, answers=frozenset({302, 409})),
    "queue": Route(may=ACTORS),
    "candidate_step": Route(may=ACTORS, kwargs=of_candidacy),
    "candidate_leave": Route(may=ACTORS, kwargs=of_candidacy),
    "candidate_step_back": Route(may=ONLY_COORDINATOR, kwargs=of_step_done, post=nothing),
    "candidate_come_back": Route(may=ONLY_COORDINATOR, kwargs=of_who_left, post=nothing),
    "candidate_questionnaires": Route(may=SCREENERS, kwargs=of_candidacy),
    "questionnaire_begin": Route(may=FILLERS, kwargs=of_screening, post=nothing),
    "questionnaires": Route(may=SCREENERS),
    "response": Route(may=FILLERS, kwargs=of_response),
    "response_keep": Route(may=FILLERS, kwargs=of_response, post=nothing),
    "response_finish": Route(may=FILLERS, kwargs=of_response, post=nothing),
    "response_answers": Route(may=SCREENERS, kwargs=of_response),
    "response_paper": Route(may=FILLERS, kwargs=of_response),
    "candidate_permissions": Route(may=FILLERS, kwargs=of_candidacy),
    "candidate_contract": Route(may=FILLERS | {Role.PROBATION_OFFICER}, kwargs=of_candidacy),
    "candidate_contacts": Route(may=FILLERS, kwargs=of_candidacy),
    "candidate_first_appointment": Route(may=FILLERS, kwargs=of_candidacy),
    "route_end": Route(may=FILLERS, kwargs=of_way, post=nothing),
    "municipalities": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}),
    "municipality": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_municipality, shared=DIRECTORY),
    "municipality_contact_new": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_municipality, shared=DIRECTORY),
    "municipality_programme_new": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_municipality, shared=DIRECTORY),
    "contact_still_right": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_its_contact, post=nothing, shared=DIRECTORY),
    "contact_gone": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_its_contact, post=nothing, shared=DIRECTORY),
    "permissions": Route(may=FILLERS | {Role.MUNICIPAL_CONTACT}),
    "permission": Route(may=FILLERS | {Role.MUNICIPAL_CONTACT}, kwargs=of_request),
    "permission_remind": Route(may=FILLERS, kwargs=of_request, post=nothing),
    "permission_withdraw": Route(may=FILLERS, kwargs=of_request, post=nothing),
    "imports": Route(may=LISTS),
    "import_new": Route(may=ONLY_COORDINATOR),
    "import": Route(may=LISTS, kwargs=of_list),
    "import_columns": Route(may=ONLY_COORDINATOR, kwargs=of_list),
    "import_take_in": Route(may=ONLY_COORDINATOR, kwargs=of_list, post=nothing),
    "import_put_aside": Route(may=ONLY_COORDINATOR, kwargs=of_list, post=nothing),
}

ACCOUNT = ["account_", "mfa_", "socialaccount_", "openid_connect_"]
"""Routes of django-allauth: of the user's own account, no record of a person; see test_accounts.py."""
