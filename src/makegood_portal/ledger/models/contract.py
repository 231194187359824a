"""The contract that a candidate signs with the provider."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood_portal.ledger.models.row import Code
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User

WITH_EXIT = "left"
"""Why a contract ended that was in force when the candidate left: the reason stands with the exit."""


class Contract(Tied):
    """One in force at a time; a withdrawn one stays."""

    track = Code()
    signed_on = models.DateField()
    starts_on = models.DateField(null=True, blank=True)
    signed_with = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_reason = Code(blank=True, help_text="a code of the programme file; `left`: the reason stands with the exit")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="when that was recorded: it can be undone on that day")
    withdrawn_step = Code(blank=True, help_text="the step at which the candidate was then")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidacy"], condition=Q(withdrawn_on=None), name="one_contract_in_force"),
            models.CheckConstraint(condition=Q(withdrawn_on=None) | ~Q(withdrawn_reason=""), name="a_withdrawal_has_a_reason"),
        ]
