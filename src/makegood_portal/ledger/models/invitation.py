"""A one-time link with which somebody chooses a password, or takes up a role; the secret itself is nowhere in the database."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.row import Row
from makegood_portal.ledger.models.user import User
from makegood_portal.ledger.words import Role


class Invitation(Row):
    """Counts until `until_at`, once. A newer one for the same user and organisation ends it.

    With an organisation and a role it offers that role to who has an account; without, its user chooses a password.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30, blank=True, default="", db_default="", choices=Role.choices)
    until_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
