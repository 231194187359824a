"""What the operator can say: serve, worker, and the verbs of db. Each is a function that returns an exit code."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from makegood.values.problem import Refused
from makegood_portal.config import backup, databases, roles, serving, worker
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
    commands.add_parser("worker", help="do the jobs that wait (serve starts it)")
    demo_words = commands.add_parser("demo", help="serve the portal on the invented world, on this machine only")
    demo_words.add_argument("--port", type=int, default=8000)
    demo_words.add_argument("--once", action="store_true", help="set up, and end")
    demo_words.add_argument("--statements", type=Path, help="the folder of statements, to be shown")
    commands.add_parser("codes", help="the log-ins of the demonstration, with their codes of this moment")
    db = commands.add_parser("db", help="the database").add_subparsers(dest="verb", required=True)
    db.add_parser("migrate", help="bring tables, rights and policies in line with the code")
    db.add_parser("backup", help="write one encrypted file").add_argument("file", type=Path)
    db.add_parser("restore", help="put a backup into an empty database and compare").add_argument("file", type=Path)
    db.add_parser("verify-audit", help="prove that no audit entry was changed, removed or slipped in")
    db.add_parser("retain", help="erase and delete what the register of processing does not let us keep (serve does it each day)")
    load_words = db.add_parser("load", help="take a programme file with its instruments into the register")
    load_words.add_argument("programme", metavar="PROGRAMME", help="a programme file, or the name of one that ships")
    load_words.add_argument("--on", type=date.fromisoformat, required=True, metavar="DATE", help="the day from which it is in force")
    part = db.add_parser("organisations", help="take in who takes part: a CSV file, one organisation a line")
    columns = "kind and name, and as it fits former_name, cbs_code, cbs_year, may_hold_bsn, programme, site"
    part.add_argument("file", type=Path, help=f"with the columns {columns}")
    door = db.add_parser("administrator", help="let the first administrator in: prints a link that works once, for two days")
    door.add_argument("--name", required=True)
    door.add_argument("--email", required=True)
    place = door.add_mutually_exclusive_group()
    place.add_argument("--organisation", default="", metavar="NAME", help="an organisation of the register; else the operator")
    place.add_argument("--operator", default="", metavar="NAME", help="what the operator of this portal is called, where there is none yet")
    door.add_argument("--address", default="", metavar="URL", help="where the portal is served (http://127.0.0.1:8000)")
    door.add_argument("--again", action="store_true", help="also where there is an administrator: everybody is locked out")
    args = parser.parse_args(argv)
    try:
        return _done(args)
    except Refused as refused:
        for problem in refused.problems:
            print(f"makegood: {problem}", file=sys.stderr)
        return 2
    except (Unavailable, ValueError) as error:
        print(f"makegood: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"makegood: {where}{error.strerror or error}; check the path, its rights and the free space", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _done(args: argparse.Namespace) -> int:
    match args.command, getattr(args, "verb", ""):
        case "serve", _:
            return serve(port=args.port, quiet=args.quiet)
        case "demo", _:
            return demonstrate(port=args.port, once=args.once, statements=args.statements)
        case "codes", _:
            return show_codes()
        case "worker", _:
            return worker.work()
        case _, "retain":
            return retain()
        case _, "load":
            return load(args.programme, on=args.on)
        case _, "organisations":
            return take_organisations_in(args.file)
        case _, "administrator":
            made_by = {"organisation": args.organisation, "operator": args.operator, "again": args.again}
            return let_administrator_in(args.name, args.email, address=args.address, **made_by)
        case _, "backup":
            return save(args.file)
        case _, "restore":
            return put_back(args.file)
        case _, "verify-audit":
            return verify_audit()
        case _:
            return migrate()


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

        from makegood_portal.ledger import policy_changes, row_security

        before = policy_changes.in_force()
        row_security.lift()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        policy_changes.bring_into_force(before=before)
        return 0


def save(file: Path) -> int:
    """`db backup`: one moment of the whole database, encrypted."""
    with database_running():
        keys = key_file.ensure(home())
        tables = backup.backup(databases.owner(keys), keys, to=file)
    rows = sum(rows for rows, _ in tables.values())
    print(
        f"{file}: {rows} rows of {len(tables)} tables. Keep a copy of {home() / key_file.FILE} elsewhere, locked: it is not in the backup."
    )
    return 0


def put_back(file: Path) -> int:
    """`db restore`: into an empty database, compared with what was saved; then rights and policies."""
    backup.checked(file, key_file.read(home()))  # before anything is made here
    with database_running():
        keys = key_file.ensure(home())
        owner = databases.owner(keys)
        roles.prepare_runtime(owner, runtime=databases.runtime(keys))
        tables = backup.restore(owner, keys, source=file)
    migrate()
    print(f"{file}: {sum(rows for rows, _ in tables.values())} rows of {len(tables)} tables are back, each table the same as it was saved.")
    return 0


def verify_audit() -> int:
    """`db verify-audit`: 0 when the chain holds, 1 when not, with every place."""
    with database_running():
        as_owner()
        from makegood_portal.ledger import audit_chain

        faults = audit_chain.verify()
        sealed, waiting, last = audit_chain.counts()
    for fault in faults:
        places = [f"{word} {number}" for word, number in (("seal", fault.seal), ("entry", fault.entry)) if number]
        print(f"makegood: {', '.join(places)}: {fault.what}", file=sys.stderr)
    print(f"{sealed} entries sealed, {waiting} waiting for the next seal: {'the chain does not hold' if faults else 'the chain holds'}.")
    since = f"after {last:%Y-%m-%d %H:%M:%S %Z}" if last else "so far"
    print(f"What was written {since} has no seal yet, so that nothing is proven of it. The worker seals each minute.")
    return 1 if faults else 0


def retain() -> int:
    """`db retain`: as the owner, what is due today."""
    with database_running():
        as_owner()
        from django.utils import timezone

        from makegood_portal.actions.retention import keep_retention

        for category, rows in keep_retention(timezone.localdate()).items():
            print(f"{category}: {rows} rows")
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


def take_organisations_in(file: Path) -> int:
    """As the owner: who takes part, from a list."""
    with database_running():
        as_owner()
        from makegood_portal.actions.organisations import take_organisations_in as take
        from makegood_portal.ledger.scope import scope_of_system

        taken = take(by=scope_of_system("organisations"), on=None, file=file)
    print(f"{file}: {taken.new} new, {taken.changed} changed, {taken.same} as they were; {taken.parties} more take part in a programme.")
    return 0


def let_administrator_in(name: str, email: str, *, address: str, organisation: str, operator: str, again: bool) -> int:
    """As the owner: the first administrator. The link is printed here and stands nowhere else."""
    with database_running():
        as_owner()
        from django.conf import settings
        from django.urls import reverse
        from django.utils import timezone, translation

        from makegood_portal.actions.first_administrator import let_administrator_in as let_in
        from makegood_portal.actions.refusal import Refusal
        from makegood_portal.ledger.scope import scope_of_system

        names = {"name": name, "email": email, "organisation": organisation, "operator": operator}
        with translation.override("en"):
            try:
                made = let_in(by=scope_of_system("administrator"), on=None, today=timezone.localdate(), again=again, **names)
            except Refusal as refusal:
                print(f"makegood: {refusal.what} {refusal.remedy}".strip(), file=sys.stderr)
                return 2
        path = f"{reverse('role_take_up' if made.offered else 'welcome')}#{made.secret}"
        host = settings.ALLOWED_HOSTS[0].strip() if settings.HTTPS else ""
    base = address.rstrip("/") or (f"https://{host}" if host else "http://127.0.0.1:8000")
    print(f"{made.user.name} ({made.user.email}) is an administrator by this link. It works once, for two days, and stands nowhere else:")
    print(f"{base}{path}")
    return 0


def as_owner() -> None:
    """Set Django up on the owner's connection, in this process only."""
    import django
    from django.conf import settings

    os.environ["DJANGO_SETTINGS_MODULE"] = "makegood_portal.config.settings"
    settings.DATABASES["default"] = databases.owner(key_file.ensure(home())).django()
    django.setup()


def serve(*, port: int, quiet: bool = False) -> int:
    """The database, migrated, web and worker, until Ctrl-C; what was started here stops here."""
    (home() / "static").mkdir(parents=True, exist_ok=True)
    with serving.until_told_to_stop(), database_running():
        done = subprocess.run([sys.executable, "-m", "makegood_portal", "db", "migrate"], check=False)
        if done.returncode != 0:
            return done.returncode

        def say() -> None:
            if not quiet:
                print(f"Open http://127.0.0.1:{port} in a browser. Ctrl-C stops.", flush=True)

        serving.keep_running(serving.commands(port), look_after=_look_after, ready=say)
    return 0


def demonstrate(*, port: int, once: bool, statements: Path | None) -> int:
    """The invented world, loaded once; then web and worker until Ctrl-C, unless once was enough."""
    if databases.external():
        print("makegood: the demonstration uses a database of its own; unset DATABASE_URL", file=sys.stderr)
        return 2
    os.environ["MAKEGOOD_DEMO"] = "1"
    (home() / "static").mkdir(parents=True, exist_ok=True)
    with serving.until_told_to_stop(), database_running():
        done = subprocess.run([sys.executable, "-m", "makegood_portal", "db", "migrate"], check=False)
        if done.returncode != 0:
            return done.returncode
        as_owner()
        from django.db import connections

        from makegood_portal.config import demo

        shown = sys.stderr.isatty()
        demo.prepare(statements, tell=lambda step: print(f"{step} …", file=sys.stderr, flush=True) if shown else None)
        connections.close_all()
        if once:
            print(f"The portal is ready: {demo.read_log_ins()['coordinator']['email']} and ten others can log in once it is served.")
            return 0
        serving.keep_running(
            serving.commands(port), look_after=_database_again, ready=lambda: demo.say(f"http://127.0.0.1:{port}", demo.read_log_ins())
        )
    return 130 if once else 0  # told to stop before it was ready, or after it was served


def show_codes() -> int:
    """The log-ins of the demonstration."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "makegood_portal.config.settings"
    import django

    django.setup()
    from makegood_portal.config import demo

    demo.say("the address of `make demo`", demo.read_log_ins())
    return 0


def _look_after() -> None:
    """The database, each second; retention, once a day."""
    _database_again()
    mark = home() / "retained-on"
    today = f"{date.today():%Y-%m-%d}"  # noqa: DTZ011 - a day on this machine is near enough
    if not mark.is_file() or mark.read_text(encoding="utf-8") != today:
        mark.write_text(today, encoding="utf-8")
        subprocess.Popen([sys.executable, "-m", "makegood_portal", "db", "retain"], stdout=subprocess.DEVNULL)


def _database_again() -> None:
    if databases.external():
        return
    cluster = databases.cluster(key_file.ensure(home()))
    if not cluster.answers():
        print("makegood: the database is away; it is started again", file=sys.stderr, flush=True)
        try:
            cluster.start()
        except Unavailable as error:
            print(f"makegood: {error}", file=sys.stderr, flush=True)
