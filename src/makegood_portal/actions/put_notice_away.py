"""Putting a notice away: it was read, and does not come back on the first page."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from makegood_portal.actions.acting import action, change
from makegood_portal.ledger.models import Notice
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role


@action(*Role)
def put_notice_away(*, by: Scope, on: UUID) -> bool:
    """False: there is no such notice, or it is somebody else's."""
    notice = Notice.objects.filter(pk=on, to=by.user).first()
    if notice is None:
        return False
    if notice.read_at is None:
        change(notice, read_at=timezone.now())
    return True
