"""Handing a candidate over from the prison to the provider: from then on the prison sees the outcome only."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import access
from makegood_portal.ledger.models import Candidacy, Party, State
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Kind, Role


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
    not_closed(row)
    return change(row, seen=seen, reason=reason, handed_over_on=happened_on)


def not_closed(row: Candidacy) -> None:
    """Refused where the candidate says no to the provider: nothing goes on there that the provider could not see."""
    if row.closed_to_provider:
        raise Refusal(
            "closed_to_provider",
            _("The candidate does not want the provider to know them."),
            remedy=_("Does the candidate say yes now? Put the questionnaire right. Else record that they do not go on."),
        )


def the_provider(row: Candidacy) -> UUID | None:
    """The provider of the programme, where there is one and no other; the candidate goes there."""
    providers = Party.objects.filter(programme=row.programme_id, organisation__kind=Kind.PROVIDER).values_list("organisation_id", flat=True)
    found = list(providers[:2])
    return found[0] if len(found) == 1 else None
