"""A partner's list beside the register: tokens while it is compared, and what came of it."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.programme import Programme
from makegood_portal.ledger.models.row import Row
from makegood_portal.ledger.models.user import User


class ReconciliationState(models.TextChoices):
    """`waiting` until the worker compared the lists."""

    WAITING = "waiting"
    DONE = "done"


class Reconciliation(Row):
    """One list of a partner. Names are turned into tokens before anything is kept; tokens go when the comparison is done.

    What is kept of the outcome is encrypted: keys of candidacies, the partner's own keys, and in which parts they differ.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    partner = models.CharField(max_length=120, help_text="whose list it is")
    covers = models.CharField(max_length=16, default="started", help_text="whom the list is compared with: started, or everybody")
    state = models.CharField(max_length=16, choices=ReconciliationState, default=ReconciliationState.WAITING)
    counts = models.JSONField(default=dict)
    sealed_list = models.BinaryField(null=True, editable=False)
    sealed_result = models.BinaryField(null=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-recorded_at",)
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(ReconciliationState)), name="reconciliation_state_known"),
            models.CheckConstraint(condition=models.Q(covers__in=["started", "everybody"]), name="reconciliation_covers_known"),
            models.CheckConstraint(
                condition=~models.Q(state=ReconciliationState.DONE) | models.Q(sealed_list=None), name="no_tokens_after_the_comparison"
            ),
        ]
