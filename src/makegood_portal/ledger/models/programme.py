"""Programmes and the texts that were in force, each under its SHA-256."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.row import Code, Row
from makegood_portal.ledger.models.user import User


class Programme(Row):
    """A programme; its terms stand in its versions."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    active = models.BooleanField(default=True)
    with_head_office = ArrayField(
        Code(), default=list, blank=True, editable=False,
        help_text="steps at which the head office may write: those in which it acts by the programme file, and the one after",
    )  # fmt: skip

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ProgrammeVersion(Row):
    """The canonical text of a programme file, append-only; a fact is read under the terms in force on its date."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    in_force_from = models.DateField()
    loaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.TextField(blank=True)

    class Meta:
        ordering = ("programme", "-in_force_from", "-recorded_at")
        constraints = [
            models.UniqueConstraint(fields=["programme", "sha256"], name="programme_version_once"),
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="programme_version_has_a_sha256"),
        ]


class Party(Row):
    """An organisation takes part in a programme; what its members may see follows from this and their role."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="programmes")
    site = Code(blank=True, help_text="its code among the sites of the programme file")
    planned_per_month = models.PositiveIntegerField(null=True, blank=True)
    from_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "organisation"], name="party_once"),
            models.UniqueConstraint(fields=["programme", "site"], condition=~models.Q(site=""), name="site_once"),
        ]
