"""Organisations: who takes part."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood_portal.ledger.models.row import Row
from makegood_portal.ledger.words import MAY_HOLD_BSN, Kind


class Organisation(Row):
    """A prison, provider, municipality, investor and so on."""

    kind = models.CharField(max_length=32, choices=Kind)
    name = models.CharField(max_length=200)
    may_hold_bsn = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="organisation_once"),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="organisation_kind_known"),
            models.CheckConstraint(
                condition=Q(may_hold_bsn=False) | Q(kind__in=sorted(MAY_HOLD_BSN)), name="bsn_only_where_a_law_gives_the_task"
            ),
        ]

    def __str__(self) -> str:
        return self.name
