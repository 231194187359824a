"""Who did what, to what, when and why: append-only in the database, sealed in batches into a chain of hashes."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from makegood_portal.ledger.models.row import Code


class AuditEntry(models.Model):
    """Plain columns hold keys and codes only; values and reasons stand in `sealed`, encrypted with the person's key."""

    number = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    actor = models.UUIDField(null=True, help_text="the user; empty for a stranger and for the system")
    acting_as = Code(blank=True, help_text="roles of the actor at that moment")
    verb = Code(help_text="read, list, export, or the name of an action")
    part = Code(blank=True, help_text="which part of a file")
    table = Code(blank=True)
    row = models.UUIDField(null=True)
    candidacy = models.UUIDField(null=True, help_text="no foreign key: the entry outlives an erased person")
    person = models.UUIDField(null=True)
    outcome = Code(default="done", help_text="done or refused")
    facts = models.JSONField(default=dict, help_text="codes and counts, nothing personal")
    sealed = models.BinaryField(null=True, help_text="{field: [old, new]}, reason: encrypted")
    request = models.UUIDField(default=uuid.uuid4)
    shown = ArrayField(models.UUIDField(), null=True, help_text="candidacies that stood together on a list; empty but for `list`")

    class Meta:
        indexes = [
            models.Index(fields=["candidacy", "number"], name="audit_of_candidacy"),
            models.Index(fields=["actor", "number"], name="audit_of_actor"),
            GinIndex(fields=["shown"], name="audit_shown", condition=models.Q(shown__isnull=False)),
        ]


class AuditSeal(models.Model):
    """A batch of entries under one keyed hash that covers the batch before it."""

    number = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    entries = models.JSONField(help_text="ranges of entry numbers, [[first, last], …]")
    count = models.PositiveIntegerField()
    before = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
