"""Hypothesis profiles: `ci` draws the same examples everywhere, `long` is for a night. The portal's database for who asks."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["portal.database"]

settings.register_profile("ci", derandomize=True, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
