"""Who may open what: `web/cooperation.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from makegood_portal.ledger.models import ContactMoment, ParallelHelp
from makegood_portal.ledger.words import Role
from portal.access.route import FILLERS, Route, nothing, of_candidacy
from portal.builders import Side


def of_help(side: Side) -> dict[str, Any]:
    """Other help that goes on."""
    words = {"kind": "debt", "from_on": date(2026, 3, 2), "recorded_by": side.users[Role.COUNSELLOR]}
    row, _ = ParallelHelp.objects.get_or_create(candidacy=side.candidacy, until_on=None, defaults=words)
    return {"help_": row.pk}


def of_moment(side: Side) -> dict[str, Any]:
    """A contact that counts."""
    words = {
        "kind": "telephone", "minutes": 15, "phase": "before_start", "happened_on": date(2026, 3, 2),
        "recorded_by": side.users[Role.COUNSELLOR],
    }  # fmt: skip
    row, _ = ContactMoment.objects.get_or_create(candidacy=side.candidacy, struck_on=None, defaults=words)
    return {"moment": row.pk}


ROUTES = {
    "candidate_cooperation": Route(may=FILLERS, kwargs=of_candidacy),
    "candidate_coordination": Route(may=FILLERS, kwargs=of_candidacy),
    "candidate_parallel_help": Route(may=FILLERS, kwargs=of_candidacy),
    "parallel_help_end": Route(may=FILLERS, kwargs=of_help, post=nothing),
    "contact_moment_strike": Route(may=FILLERS, kwargs=of_moment, post=nothing),
}
