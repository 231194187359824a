"""The contract that a candidate signs with the provider."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood_portal.ledger.models.row import Code
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User


class Contract(Tied):
    """One in force at a time; a withdrawn one stays."""

    track = Code()
    signed_on = models.DateField()
    starts_on = models.DateField(null=True, blank=True)
    signed_with = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_reason = Code(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidacy"], condition=Q(withdrawn_on=None), name="one_contract_in_force"),
            models.CheckConstraint(condition=Q(withdrawn_on=None) | ~Q(withdrawn_reason=""), name="a_withdrawal_has_a_reason"),
        ]
