"""Who may open what: `web/start.py`."""

from __future__ import annotations

from typing import Any

from makegood_portal.ledger.models import Notice
from makegood_portal.ledger.words import Role
from portal.access.route import Route, nothing
from portal.builders import Side


def of_leads_notice(side: Side) -> dict[str, Any]:
    notice, _ = Notice.objects.get_or_create(to=side.users[Role.LEAD], kind="glass_broken", candidacy=side.candidacy)
    return {"notice": notice.pk}


ROUTES = {
    "home": Route(),
    "put_notice_away": Route(may=frozenset({Role.LEAD}), kwargs=of_leads_notice, post=nothing),
}
