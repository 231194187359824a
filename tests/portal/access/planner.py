"""Who may open what: `web/planner.py`."""

from __future__ import annotations

from portal.access.route import ACTORS, FILLERS, Route, of_candidacy

ROUTES = {
    "planner": Route(may=ACTORS),
    "candidate_release": Route(may=FILLERS, kwargs=of_candidacy),
}
