"""Erasing somebody who asks for it, or whose data should not be here: identity, contact, words; the key of their history.

What remains is pseudonymous: steps, dates and codes for the counts, the evaluation and the settlement.
"""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, change, enter, fact
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger import access, erasure
from makegood_portal.ledger.models import Candidacy, Consent, ConsentState, PermissionRequest, PermissionState
from makegood_portal.ledger.queries.candidates import erases
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

ERASERS = (Role.COORDINATOR, Role.LEAD)
GROUNDS = ("asked", "objection", "mistake")
UNANSWERED = (PermissionState.DRAFT, PermissionState.ASKED)


@action(*ERASERS)
def erase_person(*, by: Scope, on: UUID, ground: str) -> dict[str, int]:
    """`ground` is a code: `asked`, `mistake`, `objection`. It cannot be undone.

    Nothing is shared any longer, and no municipality is asked any longer about somebody who is nobody.
    """
    found = access.writable(Candidacy.objects.filter(pk=on), by).select_related("person").select_for_update(of=("self",)).first()
    if found is None:
        raise Refusal("not_found", _("There is no such candidate among yours."))
    if ground not in GROUNDS:
        raise Refusal("no_ground", _("Choose why this person is erased."), field="ground")
    if found.person.erased_at:
        raise Refusal("already_erased", _("This person was erased before."))
    if not erases(by, found):
        raise Refusal("not_found", _("There is no such candidate among yours."))
    today = timezone.localdate()
    fact(ground=ground)
    for request in PermissionRequest.objects.filter(candidacy=found, state__in=UNANSWERED):
        change(request, state=PermissionState.WITHDRAWN)
    for consent in Consent.objects.filter(candidacy=found, state=ConsentState.GIVEN):
        change(consent, state=ConsentState.WITHDRAWN, withdrawn_on=today)
    rows = erasure.erase_person(found.pk)
    fact(rows=rows)
    enter(found)
    erasure.erase_the_rest(found.pk)
    return rows
