"""The number by which the prison knows somebody: in a table of its own, so that who is shown the name does not read it too."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.row import Row


class PrisonNumber(Row):
    """As it stood on the prison's last list. Erasure deletes this row."""

    candidacy = models.OneToOneField(Candidacy, on_delete=models.PROTECT, related_name="prison_number")
    number = models.CharField(max_length=100)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(number=""), name="a_prison_number_is_not_empty")]
        # A part of a number is found by this.
        indexes = [GinIndex(OpClass(Upper("number"), "gin_trgm_ops"), name="prisonnumber_within_number")]
