"""When somebody leaves prison, as known at a moment: append-only, with the source."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.row import Code
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User

FROM_A_LIST = "gross_list"
"""The source of a date that came with a monthly list: no code of the programme file."""


class ReleaseDate(Tied):
    """The newest counts; the candidacy carries a copy for lists."""

    # The index below begins with it.
    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="+", db_index=False)
    release_on = models.DateField(null=True, help_text="empty: not known any more")
    source = Code(help_text="a code of the programme file; `gross_list`: a monthly list said so")
    reason = Code(blank=True, help_text="a code of the programme file: why another date was recorded; empty where a list said so")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    happened_on = models.DateField(help_text="the day on which the source said so")

    class Meta:
        ordering = ("-recorded_at",)
        indexes = [models.Index(fields=["candidacy", "-recorded_at"], name="release_dates_of_candidacy")]
