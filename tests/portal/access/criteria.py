"""Who may open what: `web/criteria.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from makegood_portal.ledger import terms
from makegood_portal.ledger.models import CriteriaAnalysis
from makegood_portal.ledger.words import Kind, Role
from portal.access.route import Route, nothing
from portal.builders import Side

COUNTERS = frozenset({Role.LEAD, Role.EVALUATOR})
COUNTS: dict[str, Any] = {"assessed": 0, "would_come_in": 0, "would_stay_out": 0, "not_known": 0, "pairs": [], "levels": [], "silent": [],
                          "before": [], "after": []}  # fmt: skip


def of_programme(side: Side) -> dict[str, Any]:
    return {"programme": side.programme.pk}


def of_analysis(side: Side) -> dict[str, Any]:
    """A change that was looked at."""
    amendment = {
        "from": "2050-01-01", "reason": "Too few came in.", "expected_effect": "More come in.", "review_on": "2050-06-01",
        "changes": [{"term": "delivery/criteria/practice/criteria/older_than_65", "retired": "yes"}],
    }  # fmt: skip
    known = CriteriaAnalysis.objects.filter(programme=side.programme).first()
    made = known or CriteriaAnalysis.objects.create(
        programme=side.programme, organisation=side.at(Kind.PROVIDER), sha256=terms.agreement_of(side.programme.pk).sha256,
        name="older_people", amendment=amendment, on=date(2026, 3, 2), in_force_from=date(2050, 1, 1), counts=COUNTS,
        by=side.users[Role.LEAD],
    )  # fmt: skip
    return {"analysis": made.pk}


ROUTES = {
    "criteria": Route(may=COUNTERS | {Role.HEAD_OFFICE, Role.INVESTOR, Role.OUTCOME_PAYER}),
    "criteria_count": Route(may=COUNTERS, kwargs=of_programme, post=nothing),
    "criteria_change": Route(may=COUNTERS, kwargs=of_programme),
    "criteria_upload": Route(may=COUNTERS, kwargs=of_programme),
    "criteria_analysis": Route(may=COUNTERS, kwargs=of_analysis),
    "criteria_propose": Route(may=frozenset({Role.LEAD}), kwargs=of_analysis, post=nothing),
}
