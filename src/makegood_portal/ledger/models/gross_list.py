"""The monthly gross list: how a prison's columns map, each list that came, each row with what became of it."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.programme import Programme
from makegood_portal.ledger.models.row import Row
from makegood_portal.ledger.models.user import User


class ColumnMapping(Row):
    """Which column of a prison's list is what; mapped once, kept for the next month."""

    prison = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="column_mapping")
    columns = models.JSONField(default=dict)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class ImportState(models.TextChoices):
    """`mapping`: the columns must be named. `preview`: nothing is in the register yet. Then `running` and `done`, or `abandoned`."""

    MAPPING = "mapping"
    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"
    ABANDONED = "abandoned"


class FirstLine(models.TextChoices):
    """What the first line of a list holds, as was found or said. Until it is said of an `unsaid` one, nothing is read."""

    NAMES = "names"
    PERSON = "person"
    UNSAID = "unsaid"


class GrossListImport(Row):
    """One file of one prison for one month. The file itself is kept encrypted, and only until it is done or abandoned.

    What was neither taken in nor put aside when its retention ends is abandoned then.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    prison = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    sealed_file = models.BinaryField(null=True, editable=False)
    first_line = models.CharField(max_length=16, choices=FirstLine, default=FirstLine.NAMES)
    header = models.JSONField(default=list, help_text="names of the columns; letters where the first line is no header")
    columns = models.JSONField(default=dict, help_text="field and heading, as this list was read")
    notes = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=ImportState, default=ImportState.MAPPING)
    counts = models.JSONField(default=dict, help_text="rows by outcome")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    committed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-recorded_at",)
        constraints = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="import_month_is_a_first_day"),
            models.CheckConstraint(condition=models.Q(state__in=list(ImportState)), name="import_state_known"),
            models.CheckConstraint(condition=models.Q(first_line__in=list(FirstLine)), name="first_line_known"),
            models.UniqueConstraint(
                fields=["prison", "programme", "month", "sha256"],
                condition=~models.Q(state=ImportState.ABANDONED),
                name="a_list_comes_in_once",
            ),
        ]


class RowOutcome(models.TextChoices):
    """What becomes of a row. Nobody who is on record is added a second time.

    `changed`: another release date, and the municipality where that was not known; `filled`: the municipality alone.
    """

    NEW = "new"
    CHANGED = "changed"
    FILLED = "filled"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ImportRow(Row):
    """One row of a list. Carries the prison: there may be no candidacy. `sealed` holds the values, until the row is done."""

    of = models.ForeignKey(GrossListImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    prison = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField(help_text="line in the file")
    sealed = models.BinaryField(null=True, editable=False)
    outcome = models.CharField(max_length=16, choices=RowOutcome)
    corrected = models.BooleanField(default=False)
    problems = models.JSONField(default=list, help_text="field, code and words; never what stood in the cell")
    became = models.ForeignKey(Candidacy, on_delete=models.PROTECT, null=True, related_name="+", help_text="whom the row is about")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="import_row_once"),
            models.CheckConstraint(condition=models.Q(outcome__in=list(RowOutcome)), name="row_outcome_known"),
        ]
        indexes = [models.Index(fields=["of", "done_at"], name="import_rows_to_do")]
