"""Django admin over the same tables, as a peer: settings, and its list of candidates. Only the bench ever loads it.

It reads as the owner of the tables, so past row-level security, which it does not know: in its favour.
"""

from __future__ import annotations

import os

from makegood_portal.config import databases
from makegood_portal.config.settings import *  # noqa: F403 - the portal's, but for what follows
from makegood_portal.config.settings import INSTALLED_APPS as PORTAL_APPS
from makegood_portal.config.settings import MAKEGOOD_KEYS

INSTALLED_APPS = ["django.contrib.admin", *PORTAL_APPS]
DATABASES = {"default": databases.owner(MAKEGOOD_KEYS).django()}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "benchmarks.portal_admin_site"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
TEMPLATES = [  # type: ignore[assignment,unused-ignore]
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LANGUAGE_CODE = "en"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.portal_admin")
