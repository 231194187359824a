"""Handing a candidate over from the prison to the provider: from then on the prison sees the outcome only."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, change
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.models import Candidacy, State
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role


@action(Role.COORDINATOR)
def hand_over(*, by: Scope, on: Candidacy, happened_on: date, seen: int, reason: str = "") -> Candidacy:  # noqa: ARG001
    """`seen` is the version that the page showed. Refused without a provider, and for who already left."""
    if on.state != State.OPEN:
        raise Refusal("not_open", _("This candidate is not on the way any more."))
    if on.provider_id is None:
        raise Refusal("no_provider", _("No provider is chosen."), remedy=_("Choose the provider first."), field="provider")
    return change(on, seen=seen, reason=reason, handed_over_on=happened_on)
