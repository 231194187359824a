"""A table with data of one person in one programme: it carries the candidacy, so that one policy fits all."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.row import Row


class Tied(Row):
    """Give the table a part of the file in `access.PART_OF`; without it the suite fails."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
