"""The monthly gross list: how a prison's columns map, each list that came, each row with what became of it."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.programme import Programme
from makegood_portal.ledger.models.row import Code, Row
from makegood_portal.ledger.models.user import User


class ColumnMapping(Row):
    """Which column of a prison's list is what; mapped once, kept for the next month."""

    prison = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="column_mapping")
    columns = models.JSONField(default=dict)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class GrossListImport(Row):
    """One file of one prison for one month."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    prison = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = Code(default="preview", help_text="preview, running, done, refused, abandoned")
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    committed_at = models.DateTimeField(null=True)
    job = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("-recorded_at",)
        constraints = [models.CheckConstraint(condition=models.Q(month__day=1), name="import_month_is_a_first_day")]


class ImportRow(Row):
    """One row of a list: accepted, corrected or refused, with its reason. Carries the prison: there may be no candidacy."""

    of = models.ForeignKey(GrossListImport, on_delete=models.CASCADE, related_name="rows")
    prison = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="line in the file")
    cells = models.JSONField(default=dict)
    outcome = Code(help_text="accepted, corrected, refused, unchanged")
    problems = models.JSONField(default=list)
    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_row_once")]
