"""What a change of criteria would do, computed and kept; and the change that was proposed on it."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.programme import Programme
from makegood_portal.ledger.models.row import Row
from makegood_portal.ledger.models.user import User


class CriteriaAnalysis(Row):
    """Append-only: who meets the criteria on a day, and what an amendment would change. Counts, never a person.

    `amendment` is empty where the criteria were counted as they stand. The counts cover the candidates that the
    organisation may see, and tables by trait are small, so only that organisation and the evaluator read them.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, help_text="fingerprint of the terms that were looked at")
    name = models.CharField(max_length=64, blank=True, help_text="the amendment's name in the programme file")
    amendment = models.JSONField(default=dict)
    on = models.DateField(help_text="the day of the records")
    in_force_from = models.DateField()
    counts = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-recorded_at",)
        indexes = [models.Index(fields=["programme", "-recorded_at"], name="analyses_of_programme")]


class CriteriaProposal(Row):
    """Append-only: an amendment with its analysis, as the parties can take it into the programme file."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    analysis = models.OneToOneField(CriteriaAnalysis, on_delete=models.PROTECT, related_name="proposal")
    name = models.CharField(max_length=64)
    amendment = models.JSONField(help_text="with its analysis in it")
    in_force_from = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-recorded_at",)
        constraints = [
            models.CheckConstraint(condition=models.Q(amendment__has_key="analysis"), name="a_proposal_carries_its_analysis"),
        ]
