"""Who somebody is: names, birth date, sex. The citizen service number has a table of its own."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.row import Row


class Plain(models.Func):
    """A text in capitals and without accents, so that Müller is found as Muller; the function stands in migration 0028."""

    function = "ledger_plain"
    output_field = models.TextField()


class Sex(models.TextChoices):
    """As the list says it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Identity(Row):
    """One a candidacy. Erasure deletes this row."""

    candidacy = models.OneToOneField(Candidacy, on_delete=models.PROTECT, related_name="identity")
    given_names = models.CharField(max_length=200, blank=True)
    prefix = models.CharField(max_length=40, blank=True)
    family_name = models.CharField(max_length=200)
    born_on = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=16, choices=Sex, default=Sex.UNKNOWN)

    class Meta:
        indexes = [
            models.Index(fields=["family_name"], name="identity_by_family_name"),
            # Letters in the middle of a name are found by these.
            GinIndex(OpClass(Plain("family_name"), "gin_trgm_ops"), name="identity_like_family_name"),
            GinIndex(OpClass(Plain("given_names"), "gin_trgm_ops"), name="identity_like_given_names"),
        ]
