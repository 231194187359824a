"""Free text about a person: apart from the coded facts, since a role may see those and not what somebody wrote beside them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood_portal.ledger.models.row import Code
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User


class Note(Tied):
    """Append-only. Beside a record of the file (`about`, with its table), or beside the file as a whole."""

    about_table = Code(blank=True)
    about = models.UUIDField(null=True, help_text="key of the record in that table")
    sealed = models.BinaryField(help_text="the text, encrypted with the key of the person: erasure makes it unreadable")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("recorded_at",)
        constraints = [
            models.CheckConstraint(condition=Q(about=None) ^ ~Q(about_table=""), name="a_note_names_its_table"),
        ]
        indexes = [
            models.Index(fields=["candidacy", "recorded_at"], name="notes_of_candidacy"),
            models.Index(fields=["about"], name="notes_about"),
        ]
