"""Handing a candidate over from the prison to the provider: from then on the prison sees the outcome only."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import access
from makegood_portal.ledger.models import Candidacy, State
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role


@action(Role.COORDINATOR)
def hand_over(*, by: Scope, on: UUID, happened_on: date, seen: int, reason: str = "") -> Candidacy:
    """`seen` is the version that the page showed. Refused without a provider, and for who already left."""
    row = access.writable(Candidacy.objects.filter(pk=on), by).select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    if row.state != State.OPEN:
        raise Refusal("not_open", _("This candidate is not on the way any more."))
    if row.provider_id is None:
        raise Refusal("no_provider", _("No provider is chosen."), remedy=_("Choose the provider first."), field="provider")
    return change(row, seen=seen, reason=reason, handed_over_on=happened_on)
