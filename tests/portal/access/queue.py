"""Who may open what: `web/queue.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from makegood_portal.actions.selection import leave_together, pass_step_together
from makegood_portal.ledger.models import Candidacy
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.access.route import ACTORS, ONLY_COORDINATOR, Route, nothing, of_candidacy
from portal.builders import Side, an_event


def of_step_done(side: Side) -> dict[str, Any]:
    """A candidate whose last step was the prison's check."""
    an_event(side.candidacy, step="list_checked", outcome="passed")
    Candidacy.objects.filter(pk=side.candidacy.pk).update(step="informed")
    return {"candidacy": side.candidacy.pk, "step": "list_checked"}


def of_step_done_for_several(side: Side) -> dict[str, Any]:
    """The mark of the act in which the prison checked several at once."""
    Candidacy.objects.filter(pk=side.candidacy.pk).update(step="list_checked")
    scope = scope_of(side.users[Role.COORDINATOR])
    with scoped(scope):
        done = pass_step_together(by=scope, on=[side.candidacy.pk], step="list_checked", happened_on=date(2026, 3, 5))
    return {"step": "list_checked", "mark": done.mark}


def those_ticked(side: Side) -> dict[str, Any]:
    """One of the queue of the prison's check."""
    Candidacy.objects.filter(pk=side.candidacy.pk).update(step="list_checked")
    return {"candidate": str(side.candidacy.pk), "step": "list_checked"}


def of_several_who_left(side: Side) -> dict[str, Any]:
    """The mark of the act in which the prison recorded why several left."""
    Candidacy.objects.filter(pk=side.candidacy.pk).update(step="list_checked", state="open", left_on=None, exit_reason="")
    scope, why = scope_of(side.users[Role.COORDINATOR]), {"prison_service": "not_suitable"}
    with scoped(scope):
        done = leave_together(by=scope, on=[side.candidacy.pk], step="list_checked", happened_on=date(2026, 3, 5), reasons=why)
    return {"step": "list_checked", "mark": done.mark}


def of_who_left(side: Side) -> dict[str, Any]:
    """A candidate who left at the prison's check."""
    an_event(side.candidacy, outcome="exited", reason="not_suitable", reason_source="prison_service")
    Candidacy.objects.filter(pk=side.candidacy.pk).update(state="left", left_on=date(2026, 3, 2), exit_reason="not_suitable")
    return {"candidacy": side.candidacy.pk}


ROUTES = {
    "queue": Route(may=ACTORS),
    "candidate_step": Route(may=ACTORS, kwargs=of_candidacy),
    "candidate_leave": Route(may=ACTORS, kwargs=of_candidacy),
    "candidate_step_back": Route(may=ONLY_COORDINATOR, kwargs=of_step_done, post=nothing),
    "queue_step_back": Route(may=ONLY_COORDINATOR, kwargs=of_step_done_for_several, post=nothing),
    "queue_leave": Route(may=ONLY_COORDINATOR, post=those_ticked),
    "queue_leave_back": Route(may=ONLY_COORDINATOR, kwargs=of_several_who_left, post=nothing),
    "candidate_come_back": Route(may=ACTORS, kwargs=of_who_left),
}
