"""Who may open what: `web/candidates.py`."""

from __future__ import annotations

from typing import Any

from makegood_portal.ledger.words import Role
from portal.access.route import ONLY_COORDINATOR, READERS, Route, of_candidacy
from portal.builders import Side


def as_it_was_seen(side: Side) -> dict[str, Any]:
    return {"seen": side.candidacy.version}


ROUTES = {
    "candidates": Route(may=READERS),
    "candidate": Route(may=READERS, kwargs=of_candidacy),
    "candidate_erase": Route(may=frozenset({Role.COORDINATOR, Role.LEAD}), kwargs=of_candidacy),
    "candidate_hand_over": Route(may=ONLY_COORDINATOR, kwargs=of_candidacy, post=as_it_was_seen),
}
