"""Users: staff of organisations, known by e-mail address. Participants have no account."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class Users(BaseUserManager["User"]):
    """Makes users; the address is kept in lower case, since people type it in any."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """A user who may log in once a second factor is set."""
        user = self.model(email=email.strip().lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """By e-mail address, in any case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who logs in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=2, default="nl")
    is_active = models.BooleanField(default=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = Users()

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_an_address")]

    def __str__(self) -> str:
        return self.name
