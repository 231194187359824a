"""Who may open what: `web/candidates.py`."""

from __future__ import annotations

from portal.access.route import READERS, Route, of_candidacy

ROUTES = {
    "candidates": Route(may=READERS),
    "candidate": Route(may=READERS, kwargs=of_candidacy),
}
