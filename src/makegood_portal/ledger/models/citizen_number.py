"""The citizen service number (BSN): in a table of its own, so that who works with a person does not read it with the name."""

from __future__ import annotations

from django.db import models

from makegood_portal.ledger.models.candidacy import Candidacy
from makegood_portal.ledger.models.row import Row


class CitizenNumber(Row):
    """Encrypted, with a key outside the database; only where the prison may hold it. See `ledger/sealing.py`."""

    candidacy = models.OneToOneField(Candidacy, on_delete=models.PROTECT, related_name="citizen_number")
    sealed = models.BinaryField(editable=False)
