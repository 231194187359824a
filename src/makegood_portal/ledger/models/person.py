"""Persons as a programme knows them: a random pseudonym and nothing else, and the key that encrypts their history."""

from __future__ import annotations

import secrets

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from makegood_portal.ledger.models.programme import Programme
from makegood_portal.ledger.models.row import Row

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"  # no vowels, so no words; nothing that looks like something else


def random_pseudonym() -> str:
    """Ten signs, 48 bits of chance, easy to read out: `K7PX-2MQD-VH`."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


class Person(Row):
    """One person in one programme. The mapping to an identity lives only in this register."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="persons")
    pseudonym = models.CharField(max_length=16, unique=True, default=random_pseudonym, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [GinIndex(OpClass("pseudonym", "gin_trgm_ops"), name="person_within_pseudonym")]

    def __str__(self) -> str:
        return self.pseudonym


class PersonKey(Row):
    """The key that encrypts a person's values in history, itself encrypted by the key file. Erasing destroys it."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="key")
    wrapped = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=False, destroyed_at=None) | models.Q(wrapped__isnull=True, destroyed_at__isnull=False),
                name="person_key_there_or_destroyed",
            )
        ]
