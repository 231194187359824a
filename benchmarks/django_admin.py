"""The portal's settings with Django's admin in place of our pages, as the peer of `bench_portal`. Loopback only, never shipped."""

from makegood_portal.config import databases
from makegood_portal.config.settings import *  # noqa: F403
from makegood_portal.config.settings import INSTALLED_APPS as OURS
from makegood_portal.config.settings import MAKEGOOD_KEYS
from makegood_portal.config.settings import MIDDLEWARE as BEFORE

INSTALLED_APPS = [*OURS, "django.contrib.admin"]
MIDDLEWARE = [one for one in BEFORE if not one.startswith(("makegood_portal.", "axes."))]
ROOT_URLCONF = "benchmarks.django_admin_urls"
DATABASES = {"default": databases.owner(MAKEGOOD_KEYS).django()}
