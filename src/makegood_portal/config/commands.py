"""What the operator can say: serve, and db migrate. Each is a function that returns an exit code."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from makegood.values.problem import Refused
from makegood_portal.config import databases, roles
from makegood_portal.config import keys as key_file
from makegood_portal.config.home import home
from makegood_portal.config.postgres import Unavailable


def main(argv: list[str] | None = None) -> int:
    """Run one command; what stands in the way goes to stderr in one line, exit code 2."""
    parser = argparse.ArgumentParser(prog="makegood", description="The portal's own process.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve_words = commands.add_parser("serve", help="serve the portal on this machine")
    serve_words.add_argument("--port", type=int, default=8000)
    serve_words.add_argument("--quiet", action="store_true")
    db = commands.add_parser("db", help="the database").add_subparsers(dest="verb", required=True)
    db.add_parser("migrate", help="bring tables, rights and policies in line with the code")
    load_words = db.add_parser("load", help="take a programme file with its instruments into the register")
    load_words.add_argument("programme", metavar="PROGRAMME", help="a programme file, or the name of one that ships")
    load_words.add_argument("--on", type=date.fromisoformat, required=True, metavar="DATE", help="the day from which it is in force")
    args = parser.parse_args(argv)
    try:
        if args.command == "serve":
            return serve(port=args.port, quiet=args.quiet)
        return load(args.programme, on=args.on) if args.verb == "load" else migrate()
    except Refused as refused:
        for problem in refused.problems:
            print(f"makegood: {problem}", file=sys.stderr)
        return 2
    except (Unavailable, ValueError) as error:
        print(f"makegood: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


@contextmanager
def database_running() -> Iterator[None]:
    """The database answers inside this block: the external one, or the embedded one, started where it is not."""
    keys = key_file.ensure(home())
    if databases.external():
        yield
        return
    cluster = databases.cluster(keys)
    with cluster.serving():
        owner = databases.owner(keys)
        roles.prepare_embedded(replace(owner, name="postgres", user="postgres", password=keys["cluster"]), owner=owner)
        yield


def migrate() -> int:
    """As the owner: tables, cache table, rights, policies, triggers."""
    with database_running():
        keys = key_file.ensure(home())
        roles.prepare_runtime(databases.owner(keys), runtime=databases.runtime(keys))
        as_owner()
        from django.core.management import call_command

        from makegood_portal.ledger import row_security

        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        row_security.apply()
        return 0


def load(programme: str, *, on: date) -> int:
    """As the owner: a programme file with its instruments and sites."""
    with database_running():
        as_owner()
        from makegood_portal.actions.load_programme import load_programme
        from makegood_portal.ledger.scope import scope_of_system

        loaded = load_programme(programme, by=scope_of_system("load"), on=on)
        print(f"{loaded.name} is in the register.")
        return 0


def as_owner() -> None:
    """Set Django up on the owner's connection, in this process only."""
    import django
    from django.conf import settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "makegood_portal.config.settings"
    settings.DATABASES["default"] = databases.owner(key_file.ensure(home())).django()
    django.setup()


def serve(*, port: int, quiet: bool = False) -> int:
    """The database, migrated, and the web process, until Ctrl-C; what was started here stops here."""
    (home() / "static").mkdir(parents=True, exist_ok=True)
    with database_running():
        done = subprocess.run([sys.executable, "-m", "makegood_portal", "db", "migrate"], check=False)
        if done.returncode != 0:
            return done.returncode
        words = [
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--threads",
            "4",
            "--worker-tmp-dir",
            str(home()),
            "--log-level",
            "warning",
        ]
        web = subprocess.Popen([sys.executable, "-m", "gunicorn", "makegood_portal.config.wsgi", *words])
        if not quiet:
            print(f"Open http://127.0.0.1:{port} in a browser. Ctrl-C stops.", flush=True)
        try:
            return web.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            web.terminate()
            web.wait()
