"""Every route, who may open it, and with which object. A route that is missing here fails the suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from makegood_portal.ledger.models import Candidacy, GrossListImport, Notice, Response
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
    answers: frozenset[int] = frozenset({200, 302})
    htmx: bool = False
    needs: Iterable[str] = field(default=())

    @property
    def has_object(self) -> bool:
        """Whether the address names a record."""
        return self.kwargs is not nothing


LISTS = frozenset({Role.COORDINATOR, Role.HEAD_OFFICE})
ONLY_COORDINATOR = frozenset({Role.COORDINATOR})
FILLERS = frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD})
SCREENERS = FILLERS | {Role.EVALUATOR}
ACTORS = frozenset({Role.HEAD_OFFICE, Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD})

ROUTES: dict[str, Route] = {
    "home": Route(),
    "put_notice_away": Route(may=frozenset({Role.LEAD}), kwargs=of_leads_notice, post=nothing),
    "healthz": Route(public=True),
    "set_language": Route(public=True, post=nothing),
    "candidates": Route(may=READERS),
    "open_colleagues_file": Route(may=frozenset({Role.COUNSELLOR})),
    "candidate": Route(may=READERS, kwargs=of_candidacy),
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
    "imports": Route(may=LISTS),
    "import_new": Route(may=ONLY_COORDINATOR),
    "import": Route(may=LISTS, kwargs=of_list),
    "import_columns": Route(may=ONLY_COORDINATOR, kwargs=of_list),
    "import_take_in": Route(may=ONLY_COORDINATOR, kwargs=of_list, post=nothing),
    "import_put_aside": Route(may=ONLY_COORDINATOR, kwargs=of_list, post=nothing),
}

ACCOUNT = ["account_", "mfa_", "socialaccount_", "openid_connect_"]
"""Routes of django-allauth: of the user's own account, no record of a person; see test_accounts.py."""
