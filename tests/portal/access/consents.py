"""Who may open what: `web/consents.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from makegood_portal.ledger.models import Consent
from makegood_portal.ledger.words import Kind
from portal.access.route import FILLERS, Route, nothing, of_candidacy
from portal.builders import Side


def of_given(side: Side) -> dict[str, Any]:
    """What the candidate allowed: that the municipality is told."""
    return {"consent": Consent.objects.get(candidacy=side.candidacy, purpose="permission", state="given").pk}


def of_asked(side: Side) -> dict[str, Any]:
    """What the candidate was asked, and thinks about."""
    asked, _ = Consent.objects.get_or_create(
        candidacy=side.candidacy, purpose="work", party=side.at(Kind.AGENCY), state="asked", defaults={"asked_on": date(2026, 3, 2)}
    )
    return {"candidacy": side.candidacy.pk, "consent": asked.pk}


ROUTES = {
    "candidate_consents": Route(may=FILLERS, kwargs=of_candidacy),
    "candidate_consent_paper": Route(may=FILLERS, kwargs=of_candidacy),
    "consent_answer": Route(may=FILLERS, kwargs=of_asked),
    "consents": Route(may=FILLERS),
    "consent_withdraw": Route(may=FILLERS, kwargs=of_given, post=nothing),
}
