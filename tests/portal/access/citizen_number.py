"""Who may open what: `web/citizen_number.py`."""

from __future__ import annotations

from typing import Any

from portal.access.route import ONLY_COORDINATOR, Route, nothing, of_candidacy
from portal.builders import Side


def a_number(side: Side) -> dict[str, Any]:  # noqa: ARG001
    return {"number": "999990019"}


ROUTES = {
    "citizen_number": Route(may=ONLY_COORDINATOR, kwargs=of_candidacy, post=nothing, answers=frozenset({200, 409})),
    "citizen_number_record": Route(may=ONLY_COORDINATOR, kwargs=of_candidacy, post=a_number, answers=frozenset({302, 409})),
}
