"""The demonstration: the portal on the invented world, with a log-in for each role. On this machine only.

Passwords and TOTP secrets are made once and lie in `logins.json` (mode 600) beside the data; a second start keeps all.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import UUID

from makegood_portal.config import practice_round
from makegood_portal.config.home import home

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from makegood_portal.ledger.scope import Scope

PROGRAMME = "werk-na-detentie"
SEED, PRACTICE_SEED = "1", "2"
SHARED = 8
IN_FORCE_FROM = date(2016, 6, 3)
LOGINS = "logins.json"
ROLES = {
    "coordinator": ("prison", ""),
    "head_office": ("prison_service", ""),
    "lead": ("provider", ""),
    "counsellor": ("provider", ""),
    "municipal_contact": ("municipality", ""),
    "probation_officer": ("probation", ""),
    "agency_contact": ("agency", ""),
    "investor": ("investor", ""),
    "outcome_payer": ("outcome_payer", ""),
    "evaluator": ("evaluator", ""),
    "administrator": ("operator", "Makegood"),
}
"""Role -> the kind of organisation in which somebody has it, and its name where it matters."""


def prepare(statements: Path | None, *, tell: Callable[[str], None]) -> None:
    """As the owner, in an open database: the programme, the world and a log-in for each role, each only where absent.

    Beside the world, which is history, a practice round that stands half way today. `tell` hears each step.
    """
    from makegood_portal.actions.import_world import import_world
    from makegood_portal.actions.load_programme import load_programme
    from makegood_portal.ledger.models import Candidacy, Programme
    from makegood_portal.ledger.scope import scope_of_system

    by, world = scope_of_system("demo"), home() / "world"
    programme = Programme.objects.filter(code=PROGRAMME).first() or load_programme(PROGRAMME, by=by, on=IN_FORCE_FROM)
    if not Candidacy.objects.filter(programme=programme).exists():
        tell("inventing the history of a programme: 1,300 candidates")
        _world(SEED, to=world)
        tell("taking it into the register")
        import_world(world, programme=programme, by=by)
    if not Programme.objects.filter(code=practice_round.CODE).exists():
        tell("inventing a practice round that stands half way today")
        _practice(world, by=by)
    if statements is not None and (statements / PROGRAMME).is_dir():
        shutil.copytree(statements / PROGRAMME, home() / "statement", dirs_exist_ok=True)
    tell("making a log-in for each role")
    _log_ins(programme.pk)
    _consents()
    _local_programme()


def _world(seed: str, *, to: Path) -> None:
    words = [sys.executable, "-m", "makegood", "world", PROGRAMME, "--seed", seed, "--pool", "0", "--out", str(to), "--quiet"]
    subprocess.run(words, check=True)


def _practice(world: Path, *, by: Scope) -> None:
    """The practice round: written, its terms loaded, taken in. A folder of an earlier demonstration may lack the world."""
    from django.db import transaction
    from django.utils import timezone

    from makegood.programme.reading import shipped
    from makegood_portal.actions.import_world import import_world
    from makegood_portal.actions.load_programme import load_programme

    today, folder = timezone.localdate(), home() / "practice"
    if not world.is_dir():
        _world(SEED, to=world)
    with TemporaryDirectory() as other:
        _world(PRACTICE_SEED, to=Path(other) / "world")
        practice_round.write_round(Path(other) / "world", people_of=world, to=folder, today=today)
    years = practice_round.years_since(today)
    terms = practice_round.write_terms(shipped()[PROGRAMME], to=folder, years=years)
    with transaction.atomic():
        programme = load_programme(str(terms), by=by, on=practice_round.moved(IN_FORCE_FROM, years))
        import_world(folder, programme=programme, by=by)


def _consents() -> None:
    """Some of the practice round agreed that their probation officer, or an employment agency, sees that they take part.

    Half of them are on the way, half have started: what an outsider sees first is who is on the way.
    """
    from django.utils import timezone

    from makegood.values.month import add_months
    from makegood_portal.ledger.models import Candidacy, Consent, Membership
    from makegood_portal.ledger.processing import register

    today, lasting = timezone.localdate(), register().sharing
    rows = Candidacy.objects.filter(programme__code=practice_round.CODE, counsellor__isnull=False)
    chosen = [one for state in ("open", "started") for one in rows.filter(state=state).order_by("release_on", "pk")[: SHARED // 2]]
    for role, purpose in (("probation_officer", "supervision"), ("agency_contact", "work")):
        who = Membership.objects.filter(role=role).order_by("user__email").first()
        if who is None or Consent.objects.filter(candidacy__in=chosen, purpose=purpose).exists():
            continue
        if role == "probation_officer":
            keys = [one.pk for one in chosen]
            Candidacy.objects.filter(pk__in=keys).update(probation=who.organisation_id, probation_officer=who.user_id)
        until = add_months(today, lasting[purpose].months)
        given = {"state": "given", "way": "spoken", "asked_on": today, "answered_on": today, "until_on": until}
        Consent.objects.bulk_create([Consent(candidacy=one, purpose=purpose, party_id=who.organisation_id, **given) for one in chosen])


def _local_programme() -> None:
    """The municipality where most of the practice round will live has a programme of its own, which excludes."""
    from django.utils import timezone

    from makegood_portal.ledger.models import Candidacy, LocalProgramme

    town = _most(Candidacy.objects.filter(programme__code=practice_round.CODE, state="open"), "municipality")
    if town is not None and not LocalProgramme.objects.exists():
        for_whom = "Mensen die vaak zijn veroordeeld (verzonnen)"
        LocalProgramme.objects.create(
            municipality_id=town, name="Stap voor Stap", for_whom=for_whom, excludes=True, from_on=timezone.localdate()
        )


def _busiest(word: str) -> UUID | None:
    """Of those who have a role, the user with the most to do in the practice round; None: all are alike."""
    from makegood_portal.ledger.models import Candidacy, Membership, PermissionRequest

    on_the_way = Candidacy.objects.filter(programme__code=practice_round.CODE, state="open")
    asked = PermissionRequest.objects.filter(candidacy__programme__code=practice_round.CODE, state="asked")
    if word == "counsellor":
        return _most(on_the_way, "counsellor")
    where = {"coordinator": (on_the_way, "prison"), "municipal_contact": (asked, "municipality")}.get(word)
    if where is None:
        return None
    held = Membership.objects.filter(role=word, organisation=_most(*where)).order_by("user__email")
    return held.values_list("user", flat=True).first()


def _most(rows: QuerySet[Any], column: str) -> UUID | None:
    """The value that stands most often in a column."""
    from django.db.models import Count

    counted = rows.exclude(**{column: None}).order_by().values(column).annotate(n=Count("pk")).order_by("-n", column)
    found: UUID | None = counted.values_list(column, flat=True).first()
    return found


def _log_ins(programme: UUID) -> None:
    """Who is in the world gets a log-in; a role that nobody has there gets somebody invented."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.utils import timezone

    from makegood_portal.ledger.models import Membership, Organisation, Party, User
    from makegood_portal.ledger.words import Role

    kept = read_log_ins()
    for word, (kind, name) in ROLES.items():
        if word in kept:
            continue
        held = Membership.objects.filter(role=word, organisation__kind=kind).select_related("user", "organisation").order_by("user__email")
        busiest = _busiest(word)
        held = held.filter(user=busiest) if busiest else held
        found = held.filter(organisation__name=name).first() if name else held.first()
        if found is None:
            where = Organisation.objects.filter(kind=kind, **({"name": name} if name else {})).order_by("name").first()
            if where is None:
                where = Organisation.objects.create(kind=kind, name=name or str(Role(word).label))
                Party.objects.get_or_create(programme_id=programme, organisation=where)
            user = User.objects.create_user(email=f"{word.replace('_', '-')}@demo.example", name=str(Role(word).label), password=None)
            found = Membership.objects.create(user=user, organisation=where, role=word, from_on=date(2016, 1, 1))
        user = found.user
        password, secret = secrets.token_urlsafe(12), generate_totp_secret()
        user.set_password(password)
        user.save()
        EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        TOTP.activate(user, secret)
        kept[word] = {"email": user.email, "password": password, "secret": secret, "organisation": found.organisation.name}
    kept["made_on"] = kept.get("made_on") or {"day": f"{timezone.localdate():%Y-%m-%d}"}
    path = home() / LOGINS
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=1)


def read_log_ins() -> dict[str, dict[str, str]]:
    """Role -> e-mail address, password, TOTP secret and organisation."""
    path = home() / LOGINS
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def say(address: str, logins: Mapping[str, Mapping[str, str]]) -> None:
    """One address, and a log-in for each role with the code that its authenticator app would show now."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    print(f"\nOpen {address} in a browser. Everybody in it is invented. Ctrl-C stops.\n")
    width = max(len(one.get("email", "")) for one in logins.values())
    print(f"{'role':<18} {'e-mail':<{width}} {'password':<17} {'TOTP secret':<33} code now")
    for role, one in logins.items():
        if "secret" not in one:
            continue
        counters = sorted(yield_hotp_counters_from_time())
        code = format_hotp_value(hotp_value(one["secret"], counters[len(counters) // 2]))
        print(f"{role:<18} {one['email']:<{width}} {one['password']:<17} {one['secret']:<33} {code}")
    print("\nCodes change every 30 seconds: add the secret to an authenticator app, or ask for them again:")
    print("  .venv/bin/python -m makegood_portal codes\n", flush=True)
