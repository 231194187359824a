"""Who opens which pages in the bench of the portal: twenty users, each with the GET routes of the access table that they may see.

The records behind the addresses are made as the tests make them. A session is a row in the database, as after a log-in
with both factors; nothing of the security is switched off.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from makegood_portal.ledger.models import Candidacy, GrossListImport, Membership, Organisation, PermissionRequest, Programme, User
from makegood_portal.ledger.words import Kind, Role

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from portal.access_table import ROUTES
from portal.builders import Side

USERS = {
    Role.COORDINATOR: 4, Role.COUNSELLOR: 5, Role.LEAD: 2, Role.HEAD_OFFICE: 1, Role.MUNICIPAL_CONTACT: 2, Role.PROBATION_OFFICER: 1,
    Role.AGENCY_CONTACT: 1, Role.INVESTOR: 1, Role.OUTCOME_PAYER: 1, Role.EVALUATOR: 1, Role.ADMINISTRATOR: 1,
}  # fmt: skip
RESTRICTED = frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.MUNICIPAL_CONTACT, Role.PROBATION_OFFICER, Role.AGENCY_CONTACT})
"""Roles that see some of the candidates only: of one prison, of their caseload, or by a consent."""
VARIANTS = {
    "candidates": ("?page=20", "?state=left", "?state=started&page=3", "?step=informed"),
    "funnel": ("?as_of={past}",),
    "planner": ("?left=late", "?contact=none", "?page=3"),
    "queue": ("?page=3",),
    "permissions": ("?show=answered", "?page=2"),
    "imports": ("?page=2",),
    "audit": ("?page=5",),
}
"""The same page with other words in its address, where that asks the database something else."""
WITHOUT = os.environ.get("PORTAL_WITHOUT", "").split(",")
FRAGMENTS = ("candidates", "import")
"""Routes that answer htmx with a part of the page."""


@dataclass(frozen=True)
class Visit:
    """A page: its name in the table of figures, its address; `search`: a name that is looked for, with POST."""

    name: str
    address: str
    fragment: bool = False
    search: str = ""


@dataclass(frozen=True)
class Visitor:
    """A user with a session, and what they open."""

    role: str
    restricted: bool
    session: str
    visits: list[Visit]


def write_visitors(to: Path, *, today: date) -> None:
    """All of them, into a JSON file that only its owner reads: it holds sessions."""
    found = [asdict(one) for one in visitors(today=today)]
    to.touch(mode=0o600)
    to.write_text(json.dumps(found), encoding="utf-8")


def visitors(*, today: date) -> Iterator[Visitor]:
    """As the owner, who may make the records that the routes need."""
    programme = Programme.objects.get()
    for role, number in USERS.items():
        held = Membership.objects.filter(role=role).select_related("user", "organisation").order_by("user__email")
        for one in held[:number]:
            side = _side(programme, role, one.user, one.organisation)
            yield Visitor(str(role), role in RESTRICTED, session_of(one.user), list(_visits(side, role, today)))


def session_of(user: User) -> str:
    """The key of a session as after a log-in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def _side(programme: Programme, role: Role, user: User, where: Organisation) -> Side:
    """What is around this user: their organisation and a candidate whom they may open."""
    organisations = {kind: Organisation.objects.filter(kind=kind).order_by("name", "id")[0] for kind in Kind}
    organisations[Kind(where.kind)] = where
    users = {each: Membership.objects.filter(role=each).order_by("user__email")[0].user for each in Role} | {role: user}
    rows: QuerySet[Candidacy] = Candidacy.objects.filter(programme=programme).order_by("id")
    asked = PermissionRequest.objects.filter(state="asked")
    if role is Role.COORDINATOR:
        rows = rows.filter(prison=where, handed_over_on=None, pk__in=asked.values("candidacy"))
    elif role is Role.COUNSELLOR:
        rows = rows.filter(counsellor=user, pk__in=PermissionRequest.objects.values("candidacy"))
    elif role is Role.PROBATION_OFFICER:
        rows = rows.filter(probation_officer=user)
    elif role is Role.AGENCY_CONTACT:
        from makegood_portal.ledger.models import Consent  # noqa: PLC0415 - here only

        rows = rows.filter(pk__in=Consent.objects.filter(purpose="work", party=where, state="given").values("candidacy"))
    elif role is Role.MUNICIPAL_CONTACT:
        rows = rows.filter(pk__in=asked.filter(municipality=where).values("candidacy"))
    else:
        rows = rows.filter(pk__in=asked.values("candidacy"))
    candidacy = rows.first() or Candidacy.objects.filter(programme=programme, counsellor__isnull=False).order_by("id")[0]
    if candidacy.municipality is not None and role is not Role.MUNICIPAL_CONTACT:
        organisations[Kind.MUNICIPALITY] = candidacy.municipality
    return Side(programme, organisations, users, candidacy)


def _visits(side: Side, role: Role, today: date) -> Iterator[Visit]:
    past = date.fromordinal(today.toordinal() - 45)  # seldom the end of a month, which the worker counts beforehand
    for name, route in ROUTES.items():
        if role not in route.may or route.post is not None or name in WITHOUT:
            continue
        if name.startswith("import") and route.has_object:
            kwargs: dict[str, Any] = {"listed": _list_of(side, role)}
        else:
            kwargs = route.kwargs(side)
        try:
            address = reverse(name, kwargs=kwargs)
        except NoReverseMatch:
            continue
        yield Visit(name, address)
        for words in VARIANTS.get(name, ()):
            yield Visit(f"{name} {words.format(past='…')}", address + words.format(past=past))
        if name in FRAGMENTS:
            yield Visit(f"{name} (fragment)", address, fragment=True)
        if name == "candidates":
            yield Visit("candidates, search by name", address, search="bakdijk")
            yield Visit("candidates, search by number", address, search="7K")


def _list_of(side: Side, role: Role) -> object:
    rows = GrossListImport.objects.order_by("state", "month", "id").exclude(state="mapping")
    rows = rows.filter(prison=side.at(Kind.PRISON)) if role is Role.COORDINATOR else rows
    # A list that waits to be looked at, where there is one: its page has the most rows.
    waiting = rows.filter(state="preview").first()
    return (waiting or rows[0]).pk
