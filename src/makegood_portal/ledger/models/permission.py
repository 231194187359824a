"""A municipality's permission, asked for one person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.row import Code, Row
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User


class PermissionState(models.TextChoices):
    """A draft is ours; from `asked` on the municipality sees it."""

    DRAFT = "draft"
    ASKED = "asked"
    GRANTED = "granted"
    GRANTED_WITH_CONDITIONS = "granted_with_conditions"
    REFUSED = "refused"
    NOT_OURS = "not_ours"
    WITHDRAWN = "withdrawn"


ANOTHER_GRANTED = "another_granted"
"""Why a request was withdrawn: another municipality said yes, so that this one need not answer."""

ANSWERS = (
    PermissionState.GRANTED,
    PermissionState.GRANTED_WITH_CONDITIONS,
    PermissionState.REFUSED,
    PermissionState.NOT_OURS,
)


class PermissionRequest(Tied):
    """One municipality asked; several at the same time where the municipality is unknown.

    `says` is all that the municipality sees of the person: encrypted with the person's key, see `history.py`.
    """

    municipality = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=32, choices=PermissionState, default=PermissionState.DRAFT)
    parallel = models.BooleanField(default=False, help_text="the municipality is not known: several are asked")
    says = models.BinaryField(null=True, editable=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_on = models.DateField(null=True)
    deadline_on = models.DateField(null=True)
    answered_on = models.DateField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    conditions = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    withdrawn_because = Code(blank=True, help_text="another_granted, consent_withdrawn; empty where somebody withdrew it")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("deadline_on", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PermissionState)), name="permission_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[PermissionState.DRAFT, PermissionState.WITHDRAWN])
                | Q(asked_on__isnull=False, deadline_on__isnull=False),
                name="an_asked_permission_has_a_deadline",
            ),
            models.CheckConstraint(condition=~Q(state__in=list(ANSWERS)) | Q(answered_on__isnull=False), name="an_answer_has_a_date"),
            models.CheckConstraint(
                condition=Q(answered_on=None) | Q(answered_on__gte=F("asked_on")), name="an_answer_comes_after_the_question"
            ),
            models.CheckConstraint(
                condition=~Q(state=PermissionState.GRANTED_WITH_CONDITIONS) | ~Q(conditions=""), name="conditions_are_said"
            ),
            models.UniqueConstraint(
                fields=["candidacy", "municipality"],
                condition=Q(state__in=[PermissionState.DRAFT, PermissionState.ASKED]),
                name="one_open_request_a_municipality",
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "state", "deadline_on"], name="permissions_of_municipality"),
            models.Index(fields=["candidacy"], name="permissions_of_candidacy"),
        ]


class PermissionReminder(Row):
    """A reminder that went out; append-only."""

    request = models.ForeignKey(PermissionRequest, on_delete=models.PROTECT, related_name="reminders")
    sent_on = models.DateField()
    to = models.CharField(max_length=200, help_text="the address of the municipality, never of a person in the programme")
