"""A one-time link with which somebody chooses a password; the secret itself is nowhere in the database."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.row import Row
from makegood_portal.ledger.models.user import User


class Invitation(Row):
    """Counts until `until_at`, once. A newer one for the same user ends it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    until_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
