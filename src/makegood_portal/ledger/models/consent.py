"""Consent: a person allows data to be shared, for a purpose, with a party, until a day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.row import Code
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User


class ConsentState(models.TextChoices):
    """`renewed`: a later answer took its place. Whether a given one still counts says its last day, see `Consent.until_on`."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RENEWED = "renewed"


class Consent(Tied):
    """One question and its answer. Purposes, and how long a consent may last, stand in `processing.yaml`.

    A given consent counts from `answered_on` up to, not including, `until_on`, unless it was withdrawn.
    """

    purpose = Code(help_text="a key of `sharing` in processing.yaml")
    party = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=ConsentState, default=ConsentState.ASKED)
    way = Code(blank=True, help_text="how it was given: on_paper, spoken, or imported with a history")
    asked_on = models.DateField()
    answered_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-recorded_at",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ConsentState)), name="consent_state_known"),
            models.CheckConstraint(condition=Q(state=ConsentState.ASKED) ^ Q(answered_on__isnull=False), name="consent_answer_has_a_date"),
            models.CheckConstraint(condition=Q(answered_on=None) | Q(answered_on__gte=F("asked_on")), name="consent_answered_after_asked"),
            models.CheckConstraint(condition=~Q(state=ConsentState.GIVEN) | Q(until_on__isnull=False), name="a_given_consent_ends"),
            models.CheckConstraint(condition=Q(until_on=None) | Q(until_on__gt=F("answered_on")), name="consent_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(state=ConsentState.WITHDRAWN) ^ Q(withdrawn_on=None), name="consent_withdrawal_has_a_date"),
            models.UniqueConstraint(
                fields=["candidacy", "purpose", "party", "state"],
                condition=Q(state__in=[ConsentState.ASKED, ConsentState.GIVEN]),
                name="one_open_and_one_given_consent",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "purpose", "state"], name="consents_to_party"),
            models.Index(fields=["candidacy"], name="consents_of_candidacy"),
            models.Index(fields=["until_on"], condition=Q(state=ConsentState.GIVEN), name="consents_that_end"),
        ]
