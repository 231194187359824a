"""Opening the file of a colleague's participant for a reason: an hour to read, written down, and the lead is told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, fact
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import audit, history
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import BreakGlass, Membership, Notice
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

LASTS = timedelta(hours=1)
SHORTEST_REASON = 10


@action(Role.COUNSELLOR)
def break_glass(*, by: Scope, on: str, reason: str) -> UUID:
    """`on` is the pseudonym, as it stands on a letter or is read out. Gives the key of the file that may now be read."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refusal("no_reason", _("Say in a few words why you need this file."), field="reason")
    if by.user is None:
        raise NotYours("nobody", _("Only a person can do this."))
    found = _of_my_provider(on.strip().upper())
    if found is None:
        raise Refusal("not_found", _("There is no such person at your organisation."), remedy=_("Check the pseudonym."), field="pseudonym")
    candidacy, person, provider = found
    until = timezone.now() + LASTS
    glass = BreakGlass(user_id=by.user, candidacy_id=candidacy, provider_id=provider, until_at=until)
    glass.sealed = history.seal(person, {"reason": reason.strip()}) or b""
    glass.save(force_insert=True)
    audit.record(
        by,
        "break_glass",
        part=Part.CANDIDACY,
        table="ledger_breakglass",
        row=glass.pk,
        candidacy=candidacy,
        person=person,
        facts={"until": until.isoformat()},
        personal={"reason": reason.strip()},
    )
    leads = Membership.objects.filter(organisation=provider, role=Role.LEAD, until_on=None).values_list("user", flat=True)
    for lead in leads.distinct():
        Notice(to_id=lead, kind="glass_broken", candidacy_id=candidacy, details={"by": str(by.user)}).save(force_insert=True)
    fact(leads_told=len(leads))
    return candidacy


def _of_my_provider(pseudonym: str) -> tuple[UUID, UUID, UUID] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT candidacy, person, provider FROM ledger_colleagues_file(%s)", [pseudonym])
        row: tuple[UUID, UUID, UUID] | None = cursor.fetchone()
    return row
