"""Working together around one candidate: with the municipality, beside other help, and how often there was contact."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from makegood_portal.ledger.models.municipality import LocalProgramme, MunicipalityContact
from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.row import Code
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User


class Coordination(Tied):
    """How far the municipality is involved, as known on a day; append-only, the newest counts."""

    municipality = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    status = Code(help_text="a code of the programme file")
    stage = Code(help_text="what it meant in the programme file on that day: not_known, known, agreed")
    with_role = Code(blank=True, help_text="the task of whoever was spoken with at the municipality; never a name")
    contact = models.ForeignKey(MunicipalityContact, on_delete=models.PROTECT, null=True, related_name="+", help_text="of the directory")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    happened_on = models.DateField()

    class Meta:
        ordering = ("-recorded_at",)
        indexes = [models.Index(fields=["candidacy", "-recorded_at"], name="coordination_of_candidacy")]
        constraints = [
            models.CheckConstraint(condition=~Q(stage="agreed") | ~Q(with_role="") | Q(contact__isnull=False), name="agreed_with_somebody"),
            models.CheckConstraint(condition=Q(stage="not_known") | Q(municipality__isnull=False), name="coordinated_with_a_municipality"),
            models.CheckConstraint(condition=Q(stage__in=["not_known", "known", "agreed"]), name="coordination_has_a_stage"),
        ]


class ParallelHelp(Tied):
    """Other help or another programme that runs beside ours."""

    kind = Code()
    programme = models.ForeignKey(LocalProgramme, on_delete=models.PROTECT, null=True, related_name="+", help_text="of the municipality")
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="the first day without it; empty: it goes on")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-from_on", "recorded_at")
        indexes = [models.Index(fields=["candidacy"], name="parallel_help_of_candidacy")]
        constraints = [models.CheckConstraint(condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="help_ends_after_it_begins")]


class ContactMoment(Tied):
    """One contact with a candidate, or about them: kind, minutes, phase and day."""

    kind = Code()
    minutes = models.PositiveSmallIntegerField()
    phase = Code(help_text="a phase of the track in the programme file, or before_start")
    happened_on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    struck_on = models.DateField(null=True, help_text="the day on which it was taken out, since it was wrong")

    class Meta:
        ordering = ("-happened_on", "-recorded_at")
        indexes = [models.Index(fields=["candidacy", "-happened_on"], name="moments_of_candidacy")]
        constraints = [models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="a_contact_lasts_within_a_day")]
