"""Builders: `an_organisation`, `a_user(role=…)`, `a_candidacy(…)`, `client_of(user)`, with sane defaults.

Builders write as the owner of the tables, past row-level security; requests and `scoped` blocks do not.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from makegood.instrument.stored import as_plain
from makegood.instrument.xlsform import read_xlsform
from makegood.programme.reading import shipped
from makegood_portal.actions.load_programme import load_programme
from makegood_portal.ledger import history
from makegood_portal.ledger.models import (
    Answer,
    Appointment,
    Candidacy,
    CitizenNumber,
    Consent,
    ContactMoment,
    ContactRoute,
    Contract,
    Coordination,
    EligibilityAssessment,
    EligibilityOverride,
    Identity,
    Membership,
    Note,
    Organisation,
    ParallelHelp,
    Party,
    PermissionRequest,
    Person,
    PrisonNumber,
    Programme,
    ProgrammeVersion,
    Questionnaire,
    ReleaseDate,
    Response,
    SelectionEvent,
    User,
)
from makegood_portal.ledger.scope import scope_of_system
from makegood_portal.ledger.sealing import seal_bsn
from makegood_portal.ledger.words import KINDS_OF_ROLE, Kind, Role

_numbers = itertools.count(1)
SINCE = date(2020, 1, 1)
"""Since when users have their roles, where a test does not say so."""
TODAY = date(2026, 3, 2)
"""A Monday. Pages use the clock; tests that depend on a day set it (`freeze`), others use dates around the real one."""


def an_organisation(kind: Kind = Kind.PRISON, **more: Any) -> Organisation:
    """An organisation; a fresh invented name each time."""
    return Organisation.objects.create(kind=kind, **{"name": f"{kind.label} {next(_numbers)}"} | more)


def a_user(role: Role | None = None, *, at: Organisation | None = None, since: date = SINCE, **more: Any) -> User:
    """A user, with a role in an organisation that fits it."""
    user = User.objects.create_user(**_words_of_a_user() | more)
    if role:
        kind = sorted(KINDS_OF_ROLE[role])[0]
        Membership.objects.create(user=user, organisation=at or an_organisation(kind), role=role, from_on=since)
    return user


def _words_of_a_user() -> dict[str, Any]:
    number = next(_numbers)
    return {"email": f"user{number}@example.org", "name": f"User {number}", "password": "correct horse"}


def _an_unsaved_user() -> User:
    words = _words_of_a_user()
    return User(**words | {"password": make_password(words["password"])})


def a_programme(**more: Any) -> Programme:
    """A programme under the terms of the reference case."""
    number = next(_numbers)
    steps = ["list_checked", "list_drawn_up", "list_sent"]
    programme = Programme.objects.create(**{"code": f"programme-{number}", "name": f"Programme {number}", "with_head_office": steps} | more)
    text = _reference_text()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    ProgrammeVersion.objects.create(programme=programme, sha256=sha256, text=text, in_force_from=date(2016, 6, 3))
    return programme


def a_questionnaire(programme: Programme, code: str = "screening") -> Questionnaire:
    """An instrument of the reference case."""
    sha256, title, definition = _reference_form(code)
    form, _ = Questionnaire.objects.get_or_create(
        programme=programme, code=code, sha256=sha256, defaults={"title": title, "definition": definition}
    )
    return form


@functools.cache
def _reference_form(code: str) -> tuple[str, str, dict[str, Any]]:
    content = (shipped()["werk-na-detentie"] / "instruments" / f"{code}.xlsx").read_bytes()
    form = read_xlsform(content, name=f"{code}.xlsx")
    return hashlib.sha256(content).hexdigest(), form.title, as_plain(form)


@functools.cache
def _reference_text() -> str:
    return (shipped()["werk-na-detentie"] / "programme.yaml").read_text(encoding="utf-8")


def a_loaded_programme(code: str = "werk-na-detentie") -> Programme:
    """A programme that ships, with its terms, sites and instruments."""
    return load_programme(code, by=scope_of_system("load"), on=date(2016, 6, 3))


def a_candidacy(*, name: str = "Janssen", **more: Any) -> Candidacy:
    """A person on the gross list, with an identity and a key; programme, prison and provider as given or fresh."""
    programme = more.pop("programme", None) or a_programme()
    identity = {"given_names": "Sanne", "family_name": name, "born_on": date(1990, 5, 17)} | more.pop("identity", {})
    person = Person.objects.create(programme=programme)
    history.new_key_of(person.pk).save()
    defaults: dict[str, Any] = {
        "prison": more.get("prison") or an_organisation(Kind.PRISON),
        "step": "list_checked",
        "step_since": TODAY,
        "list_month": TODAY.replace(day=1),
        "release_on": date(2026, 6, 1),
    }
    candidacy = Candidacy.objects.create(programme=programme, person=person, **defaults | more)
    Identity.objects.create(candidacy=candidacy, **identity)
    return candidacy


def a_consent(candidacy: Candidacy, party: Organisation, purpose: str = "permission", **more: Any) -> Consent:
    """The person allowed it, long enough ago and for long enough to count today. Pages use the clock."""
    given = {"state": "given", "asked_on": date(2020, 1, 1), "answered_on": date(2020, 1, 1), "until_on": date(2999, 1, 1)}
    return Consent.objects.create(candidacy=candidacy, party=party, purpose=purpose, **given | more)


def an_event(candidacy: Candidacy, **more: Any) -> SelectionEvent:
    """Something that happened in the selection."""
    defaults: dict[str, Any] = {"step": candidacy.step, "outcome": "reached", "happened_on": TODAY}
    return SelectionEvent.objects.create(candidacy=candidacy, **defaults | more)


def came_home(candidacy: Candidacy, day: date) -> Appointment:
    """Released on this day, and met that same day: what a start needs."""
    Candidacy.objects.filter(pk=candidacy.pk).update(release_on=day)
    at = datetime(day.year, day.month, day.day, 10, tzinfo=timezone.get_current_timezone())
    return Appointment.objects.create(candidacy=candidacy, kind="first_week", at=at, state="kept")


def client_of(user: User | None, **words: Any) -> Client:
    """A browser in which the user is logged in with both factors; None: a stranger."""
    client = Client(**words)
    if user:
        if not Authenticator.objects.filter(user=user).exists():
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "unused"})
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@dataclass(frozen=True)
class Side:
    """A programme, an organisation of each kind, a user in each role, and a candidate on the way."""

    programme: Programme
    organisations: dict[Kind, Organisation]
    users: dict[Role, User]
    candidacy: Candidacy

    def at(self, kind: Kind) -> Organisation:
        """The organisation of a kind."""
        return self.organisations[kind]


@dataclass(frozen=True)
class World:
    """`ours` and, with other ids throughout, `theirs`."""

    ours: Side
    theirs: Side
    more: dict[str, Any] = field(default_factory=dict)


def a_side(name: str) -> Side:
    """One programme with everything around it."""
    programme = a_programme(name=name)
    # Most tests begin with this: one statement a table.
    made = Organisation.objects.bulk_create([Organisation(kind=kind, name=f"{kind.label} {next(_numbers)}") for kind in Kind])
    organisations = dict(zip(Kind, made, strict=True))
    Party.objects.bulk_create([Party(programme=programme, organisation=one) for one in made])
    users = dict(zip(Role, User.objects.bulk_create([_an_unsaved_user() for _ in Role]), strict=True))
    Membership.objects.bulk_create(
        [Membership(user=user, organisation=organisations[home_of(role)], role=role, from_on=SINCE) for role, user in users.items()]
    )
    candidacy = a_candidacy(
        programme=programme,
        prison=organisations[Kind.PRISON],
        provider=organisations[Kind.PROVIDER],
        municipality=organisations[Kind.MUNICIPALITY],
        counsellor=users[Role.COUNSELLOR],
        probation=organisations[Kind.PROBATION],
        probation_officer=users[Role.PROBATION_OFFICER],
        name=f"Van {name}",
    )
    a_consent(candidacy, organisations[Kind.PROBATION], "supervision")
    a_consent(candidacy, organisations[Kind.AGENCY], "work")
    a_consent(candidacy, organisations[Kind.MUNICIPALITY])
    an_event(candidacy)
    return Side(programme, organisations, users, candidacy)


def home_of(role: Role) -> Kind:
    """The kind of organisation in which the world's user has a role."""
    return Kind.OPERATOR if role is Role.ADMINISTRATOR else sorted(KINDS_OF_ROLE[role])[0]


def a_world() -> World:
    """Two sides that must not see each other."""
    return World(a_side("Ours"), a_side("Theirs"))


def a_file(candidacy: Candidacy) -> Candidacy:
    """A record in every table of somebody's file."""
    key, user = {"candidacy": candidacy}, a_user()
    version = ProgrammeVersion.objects.create(programme=candidacy.programme, sha256=f"{next(_numbers):064x}", text="", in_force_from=TODAY)
    form = Questionnaire.objects.create(
        programme=candidacy.programme, code=f"form-{next(_numbers)}", title="Form", sha256="0" * 64, definition={}
    )
    an_event(candidacy)
    PrisonNumber.objects.create(**key, number="1001")
    CitizenNumber.objects.create(**key, sealed=seal_bsn("999990019", candidacy=candidacy.pk))
    ReleaseDate.objects.create(**key, release_on=candidacy.release_on, source="prison_register", happened_on=TODAY)
    Note.objects.create(**key, sealed=history.seal(candidacy.person_id, {"text": "a word"}))
    response = Response.objects.create(**key, questionnaire=form, started_on=TODAY)
    answer = {**key, "response": response, "status": "given", "reference_time": "before", "happened_on": TODAY, "source": "self"}
    Answer.objects.create(**answer, item="debts", value="yes")
    Answer.objects.create(**answer, item="dream", value="a bakery with my sister", free_text=True)
    assessment = EligibilityAssessment.objects.create(**key, programme_version=version, happened_on=TODAY, answer="unknown")
    EligibilityOverride.objects.create(**key, assessment=assessment, answer="yes", reason="other", by=user)
    asked = {"asked_on": TODAY, "deadline_on": TODAY + timedelta(days=14), "says": history.seal(candidacy.person_id, {"name": "S. J."})}
    PermissionRequest.objects.create(
        **key, municipality=candidacy.municipality or an_organisation(Kind.MUNICIPALITY), state="asked", **asked
    )
    if not Consent.objects.filter(candidacy=candidacy).exists():
        a_consent(candidacy, PermissionRequest.objects.get(candidacy=candidacy).municipality)
    Contract.objects.create(**key, track="basic", signed_on=TODAY, signed_with=user)
    ContactRoute.objects.create(**key, kind="phone", value="06 0000 0000")
    Appointment.objects.create(**key, kind="first", at=timezone.now())
    Coordination.objects.create(**key, status="not_known", stage="not_known", recorded_by=user, happened_on=TODAY)
    ParallelHelp.objects.create(**key, kind="debt", from_on=TODAY, recorded_by=user)
    ContactMoment.objects.create(**key, kind="telephone", minutes=15, phase="before_start", happened_on=TODAY, recorded_by=user)
    return candidacy
