"""Opening a file that is not one's own, for a reason, for a short time; the lead is told."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.row import Row
from makegood_portal.ledger.models.user import User


class BreakGlass(Row):
    """Append-only. Reading works until `until_at`."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField(help_text="the reason, encrypted with the key of the person")
    until_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("recorded_at")), name="broken_glass_ends"),
        ]
        indexes = [models.Index(fields=["user", "until_at"], name="broken_glass_of_user")]
