"""How to reach somebody after release, and what was agreed to meet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood_portal.ledger.models.row import Code
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User


class ContactRoute(Tied):
    """A phone, an address, a relative, a shelter, the probation officer."""

    kind = Code()
    holder = models.CharField(max_length=200, blank=True, help_text="whose it is, when not the candidate's own")
    value = models.CharField(max_length=200)
    consent_on = models.DateField(null=True, blank=True)
    works_from = models.DateField(null=True, blank=True, help_text="for example the day of release")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(value=""), name="a_route_leads_somewhere")]
        indexes = [models.Index(fields=["candidacy"], name="routes_of_candidacy")]


class Appointment(Tied):
    """A meeting that was agreed."""

    kind = Code()
    at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    with_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    with_whom = models.CharField(max_length=200, blank=True)
    state = Code(default="planned", help_text="planned, kept, missed, moved, cancelled")
    moved_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", help_text="the appointment in its place")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("at",)
        indexes = [
            models.Index(fields=["candidacy", "at"], name="appointments_of_candidacy"),
            models.Index(fields=["with_user", "at"], name="appointments_of_user"),
        ]
