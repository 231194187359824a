"""Forms that were sent: a form carries a random token, and what came twice is done once."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from makegood_portal.ledger.models.user import User


class SentForm(models.Model):
    """The token of a form that led somewhere; `led_to` is the address after it."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    led_to = models.CharField(max_length=400, blank=True)
