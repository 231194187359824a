"""Erasing somebody who asks for it, or whose data should not be here: identity, contact, words; the key of their history."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, fact
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger import access, erasure
from makegood_portal.ledger.models import Candidacy
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role


@action(Role.COORDINATOR, Role.LEAD)
def erase_person(*, by: Scope, on: UUID, ground: str) -> dict[str, int]:
    """`ground` is a code: `asked`, `mistake`, `objection`. What remains is pseudonymous; it cannot be undone."""
    found = access.writable(Candidacy.objects.filter(pk=on), by).select_related("person").first()
    if found is None:
        raise Refusal("not_found", _("There is no such candidate among yours."))
    if ground not in {"asked", "mistake", "objection"}:
        raise Refusal("no_ground", _("Choose why this person is erased."), field="ground")
    if found.person.erased_at:
        raise Refusal("already_erased", _("This person was erased before."))
    rows = erasure.erase_person(found.pk)
    fact(ground=ground, rows=rows, candidacy=str(found.pk))
    return rows
