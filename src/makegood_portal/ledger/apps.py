"""The Django application of the ledger."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Tables `ledger_…`."""

    name = "makegood_portal.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
