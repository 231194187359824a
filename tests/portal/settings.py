"""The portal's settings for the suite: a home of its own that is thrown away, everything else as in production."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

MAKEGOOD_HOME = Path(tempfile.mkdtemp(prefix="mg-test-"))
os.environ["MAKEGOOD_HOME"] = str(MAKEGOOD_HOME)
os.environ.pop("DATABASE_URL", None)
atexit.register(shutil.rmtree, MAKEGOOD_HOME, ignore_errors=True)

from makegood_portal.config import databases, keys  # noqa: E402

KEYS = keys.ensure(MAKEGOOD_HOME)

from makegood_portal.config.settings import *  # noqa: E402, F403

# Builders write as the owner; a request or a `scoped` block becomes the runtime role, as in production.
DATABASES = {"default": {**databases.owner(KEYS).django(), "CONN_MAX_AGE": 0}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
(MAKEGOOD_HOME / "static").mkdir()
