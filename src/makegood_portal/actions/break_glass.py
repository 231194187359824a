"""Opening the file of a colleague's participant for a reason: an hour to read, written down, and the lead is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
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
MOST_MISSES = 5
"""So often in an hour may somebody look for a person who is not there; then nobody is found for a while, not even who is."""


def one_try_at_a_time(by: Scope) -> None:
    """Until the end of the transaction: tries of the same moment would not see each other's misses.

    Called before `break_glass`, which is undone by a miss, and a lock that it took would be let go before the miss is written down.
    """
    _asked("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"break_glass {by.user}"])


@action(Role.COUNSELLOR)
def break_glass(*, by: Scope, reason: str, on: str = "", name: str = "", born_on: date | None = None) -> UUID:
    """`on` is the pseudonym, as it stands on a letter or is read out; or else name and birth date, both as they stand in the file.

    Gives the key of the file that may now be read. Who is not there and who is not of the own provider get the same answer,
    and each try is written down.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refusal("no_reason", _("Say in a few words why you need this file."), field="reason")
    if by.user is None:
        raise NotYours("nobody", _("Only a person can do this."))
    if not on.strip() and (not name.strip() or born_on is None):
        raise Refusal("not_whole", _("Fill in the whole name and the birth date, or the pseudonym."), field="name")
    if _asked("SELECT ledger_missed_at_the_door()")[0] >= MOST_MISSES:
        what = _("You looked for somebody who was not found too often. You can try again in an hour.")
        raise Refusal("too_many_misses", what, remedy=_("Is it urgent? Call your lead."))
    found = _of_my_provider(on.strip().upper()) if on.strip() else _named(name, born_on)
    if found is None:
        remedy, field = (_("Check the pseudonym."), "pseudonym") if on.strip() else (_("Check the whole name and the birth date."), "name")
        raise Refusal("not_found", _("There is no such person at your organisation."), remedy=remedy, field=field)
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


Found = tuple[UUID, UUID, UUID] | None
"""Candidacy, person and provider."""


def _of_my_provider(pseudonym: str) -> Found:
    found: Found = _asked("SELECT candidacy, person, provider FROM ledger_colleagues_file(%s)", [pseudonym])
    return found


def _named(name: str, born_on: date | None) -> Found:
    found: Found = _asked("SELECT candidacy, person, provider FROM ledger_named_at_the_door(%s, %s)", [name, born_on])
    return found


def _asked(question: str, words: Sequence[str | date | None] = ()) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question, words)
        return cursor.fetchone()
