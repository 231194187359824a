"""What the criteria said of somebody on a date, and who decided otherwise."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood_portal.ledger.models.programme import ProgrammeVersion
from makegood_portal.ledger.models.row import Code
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User


class EligibilityAssessment(Tied):
    """Append-only: yes, no or unknown with what is missing, under the terms of a version."""

    programme_version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField()
    answer = models.CharField(max_length=8)
    criteria = models.JSONField(default=list, help_text="each criterion with its answer and what it read")
    missing = models.JSONField(default=list)
    track = Code(blank=True, help_text="the track that is advised")
    reasons = models.JSONField(default=list)
    assessed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-recorded_at",)
        constraints = [models.CheckConstraint(condition=Q(answer__in=["yes", "no", "unknown"]), name="eligibility_answer_known")]
        indexes = [models.Index(fields=["candidacy", "-recorded_at"], name="assessments_of_candidacy")]


class EligibilityOverride(Tied):
    """Append-only: a person decided otherwise than the criteria or the advice, and said why."""

    assessment = models.ForeignKey(EligibilityAssessment, on_delete=models.PROTECT, related_name="overrides")
    answer = models.CharField(max_length=8, blank=True)
    track = Code(blank=True)
    reason = Code(help_text="a code; what was written beside it is a Note")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="an_override_says_why"),
            models.CheckConstraint(condition=~Q(answer="", track=""), name="an_override_decides_something"),
        ]
