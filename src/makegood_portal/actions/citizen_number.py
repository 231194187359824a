"""The citizen service number: recorded and shown one at a time, each time written down; never in an address, list or export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, demand_a_person, fact
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import access, audit
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Candidacy, CitizenNumber
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.sealing import seal_bsn, unseal
from makegood_portal.ledger.words import Role


@action(Role.COORDINATOR)
def record_citizen_number(*, by: Scope, on: UUID, number: str) -> None:
    """Nine digits that pass the 11-test; dots and spaces are left out. The number itself stands in no message and no audit."""
    candidacy = _mine(by, on)
    if candidacy is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    _demand_that_it_may_be_kept(candidacy)
    digits = "".join(mark for mark in number if mark not in " .-")
    try:
        sealed = seal_bsn(digits, candidacy=candidacy.pk)
    except ValueError:
        raise Refusal(
            "no_bsn", _("This is not a citizen service number."), remedy=_("Check the digits: there are nine."), field="number"
        ) from None
    if not CitizenNumber.objects.filter(candidacy=candidacy).update(sealed=sealed):
        demand_a_person(candidacy)
        CitizenNumber(candidacy=candidacy, sealed=sealed).save(force_insert=True)
    fact(candidacy=str(candidacy.pk))


def show_citizen_number(*, by: Scope, on: UUID) -> str | None:
    """The number, to be shown once; empty: none is on record; None: not there, or not yours. Each look is written down."""
    about: dict[str, Any] = {"part": Part.CITIZEN_NUMBER, "table": "ledger_citizennumber", "candidacy": on}
    candidacy = _mine(by, on)
    if candidacy is None:
        audit.record(by, "read", outcome="refused", **about)
        return None
    _demand_that_it_may_be_kept(candidacy)
    row = CitizenNumber.objects.filter(candidacy=candidacy).first()
    audit.record(by, "read", row=row.pk if row else None, person=candidacy.person_id, **about)
    return unseal("bsn", row.sealed, bound_to=on).decode() if row else ""


def _mine(by: Scope, on: UUID) -> Candidacy | None:
    allowed = access.allowed_of(by, Part.CITIZEN_NUMBER)
    return Candidacy.objects.filter(allowed, pk=on).select_related("prison").first() if allowed else None


def _demand_that_it_may_be_kept(candidacy: Candidacy) -> None:
    if candidacy.prison is None or not candidacy.prison.may_hold_bsn:
        raise Refusal("no_bsn_here", _("Your organisation may not keep citizen service numbers."))
