"""Notices: what somebody should know or do, shown on the first page. They hold codes and pseudonyms, no names."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.row import Code, Row
from makegood_portal.ledger.models.user import User


class Notice(Row):
    """To one user. `kind` chooses the sentence; `details` fills it."""

    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    kind = Code()
    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, null=True, related_name="+")
    details = models.JSONField(default=dict)
    due_on = models.DateField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-recorded_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["to", "kind", "candidacy", "due_on"], condition=Q(due_on__isnull=False), nulls_distinct=False, name="reminded_once"
            ),
        ]
        indexes = [models.Index(fields=["to", "read_at", "-recorded_at"], name="notices_of_user")]
