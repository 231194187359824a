"""The worker: takes jobs from the database, one or two at a time, until it is told to stop; then seals the audit."""

from __future__ import annotations

import importlib
import os


def work() -> int:
    """Until SIGINT or SIGTERM. A job that runs then gets ten seconds; what it confirmed stays, the rest is taken up again."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "makegood_portal.config.settings")
    django.setup()
    from django.db import close_old_connections
    from procrastinate.contrib.django import app

    from makegood_portal.actions import jobs
    from makegood_portal.actions.seal_audit import seal_audit

    for module in jobs.MODULES:
        importlib.import_module(module)
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(
            concurrency=2, shutdown_graceful_timeout=10, delete_jobs="successful", update_heartbeat_interval=jobs.BEAT,
            stalled_worker_timeout=jobs.SILENT,
        )  # fmt: skip
    close_old_connections()
    seal_audit()
    return 0
