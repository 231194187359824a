"""What we know of a municipality: its CBS code with the year, whom to ask, which programmes exclude."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.programme import Programme
from makegood_portal.ledger.models.row import Code, Row
from makegood_portal.ledger.models.user import User


class MunicipalityDetails(Row):
    """The code under which the national statistics office knew a municipality in a year."""

    municipality = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="details")
    cbs_code = models.CharField(max_length=6)
    cbs_year = models.PositiveSmallIntegerField()
    address_for_requests = models.EmailField(blank=True)
    answers_within_days = models.PositiveSmallIntegerField(null=True, blank=True)
    consultation = models.TextField(blank=True, help_text="agreed form and frequency of consultation")
    merged_into = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        help_text="the municipality that took its place",
    )
    merged_year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="the first year without it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cbs_code", "cbs_year"], name="municipality_code_once_a_year"),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) ^ models.Q(merged_year__isnull=False), name="a_merger_has_its_year"
            ),
            models.CheckConstraint(condition=~models.Q(merged_into=models.F("municipality")), name="no_merger_into_itself"),
            models.CheckConstraint(condition=models.Q(cbs_code__regex=r"^[0-9]{4}$"), name="municipality_code_four_digits"),
        ]


class MunicipalityContact(Row):
    """A contact person of a municipality, with the date on which somebody last checked that this is so."""

    municipality = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=200)
    duty = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    checked_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-checked_on", "name")
        constraints = [models.CheckConstraint(condition=~models.Q(email="", phone=""), name="municipality_contact_can_be_reached")]


class LocalProgramme(Row):
    """A programme of the municipality itself; `excludes` means that who takes part there may not take part here."""

    municipality = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="local_programmes")
    name = models.CharField(max_length=200)
    for_whom = models.TextField(blank=True)
    group = Code(blank=True, help_text="a group of the programme file that this programme takes")
    excludes = models.BooleanField(default=False)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)


class UsualCare(Row):
    """What a municipality does without a programme for the people whom that programme is for, in a year."""

    municipality = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="usual_care")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    kinds = models.JSONField(default=list, help_text="codes of the programme file")
    source = Code(help_text="a code of the programme file: who or what says so")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-year",)
        constraints = [models.UniqueConstraint(fields=["municipality", "programme", "year"], name="usual_care_once_a_year")]
