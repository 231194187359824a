"""What happened in the selection: append-only, each with its actor and its two dates."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.row import Code
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User


class Outcome(models.TextChoices):
    """How a step ended: it was `reached`, `passed`, the candidate `exited`, or came back (`reopened`)."""

    REACHED = "reached"
    PASSED = "passed"
    EXITED = "exited"
    REOPENED = "reopened"


class SelectionEvent(Tied):
    """A correction is a new event with `corrects`, never an edit."""

    # The index below begins with it.
    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="+", db_index=False)
    step = Code()
    outcome = models.CharField(max_length=16, choices=Outcome)
    reason = Code(blank=True)
    reason_source = Code(blank=True, help_text="which partner's list of reasons the code is from")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    happened_on = models.DateField()
    deadline_on = models.DateField(null=True, blank=True)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by")

    class Meta:
        ordering = ("happened_on", "recorded_at")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=list(Outcome)), name="selection_outcome_known"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.EXITED) | (~Q(reason="") & ~Q(reason_source="")), name="an_exit_has_a_reason_and_its_source"
            ),
        ]
        indexes = [
            models.Index(fields=["candidacy", "happened_on"], name="events_of_candidacy"),
            models.Index(fields=["step", "outcome", "happened_on"], name="events_by_step"),
        ]
