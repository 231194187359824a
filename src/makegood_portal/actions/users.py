"""Users: invited by a one-time link, given a role in an organisation, locked, let in again. Only in the asker's own organisations.

An account that another organisation made may not be whose it seems: any administrator can invite any address. So such an
account is only offered a role, by a link that goes to the person: they log in, and take it up themselves.

The link carries its secret in the fragment of the address, which a browser never sends; the database keeps its SHA-256
alone. With the link somebody chooses a password, once; no page opens before a second factor is set.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, add, change, fact
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import access
from makegood_portal.ledger.models import Candidacy, Invitation, Membership, Notice, Organisation, User
from makegood_portal.ledger.queries import users
from makegood_portal.ledger.queries.caseload import GUIDED
from makegood_portal.ledger.scope import Scope, scope_of_system, scoped
from makegood_portal.ledger.words import KINDS_OF_ROLE, Kind, Role

LASTS = timedelta(hours=48)
TOLD_OF_ROLES = (Role.LEAD, Role.COORDINATOR, Role.ADMINISTRATOR)
"""Who hears that somebody got a role in their organisation."""


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Somebody, and the secret of their link; without one the role is theirs. `offered`: they have an account, and take the role up."""

    user: User
    secret: str
    offered: bool = False


def open_account(*, by: Scope, on: UUID, today: date) -> users.Account | None:
    """One user with, at each role of a counsellor, how many people are guided in it: ending it leaves them without one.

    An administrator sees no candidate, so the portal counts: the number alone is told.
    """
    found = users.one(by, on, today=today)
    places = {held.place for held in found.held if held.guides_people} if found else set()
    if found is None or not places:
        return found
    with scoped(duty := _as_lead("count_guided", places)):
        held = [replace(one, guides=_guided(duty, on, one.place).count()) if one.guides_people else one for one in found.held]
    return replace(found, held=held)


@action(Role.ADMINISTRATOR)
def invite(*, by: Scope, on: UUID, name: str, email: str, role: str, today: date) -> Invited:
    """A role in the organisation `on` for somebody; who has no account yet gets one, and a link. See `give_role`."""
    known = User.objects.filter(email=email.strip().lower()).first()
    if known is not None:
        return _give_or_offer(by, known, on, role, today)
    where = _place(by, on, role)
    user = User(email=email.strip().lower(), name=name.strip())
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        remedy = _("Look in the list of users, and send it again if this person is not there.")
        raise Refusal("made_meanwhile", _("Somebody made this account at this moment."), remedy=remedy, field="email") from None
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    _give(user, where, role, today, by=by.user)
    return Invited(user=user, secret=_link(by, user))


@action(Role.ADMINISTRATOR)
def give_role(*, by: Scope, on: UUID, organisation: UUID, role: str, today: date) -> Invited:
    """One more role for a user, from today; or the offer of it, where this organisation does not know the account."""
    _account(by, on, today)
    return _give_or_offer(by, User.objects.get(pk=on), organisation, role, today)


@action(Role.ADMINISTRATOR)
def end_role(*, by: Scope, on: UUID, today: date) -> Membership:
    """From today the user has this role there no more. Whom they guided as a counsellor nobody guides then, until the lead says who."""
    row = Membership.objects.filter(pk=on, organisation__in=users.administered(by)).first()
    if row is None or (row.until_on is not None and row.until_on <= today):
        raise NotYours("not_yours", _("You cannot change this record."))
    if row.user_id == by.user and row.role == Role.ADMINISTRATOR:
        raise Refusal("yourself", _("You cannot take this role from yourself."), remedy=_("Ask another administrator."))
    if row.from_on >= today:
        raise Refusal(
            "of_today", _("A role that begins today ends tomorrow at the earliest."), remedy=_("Lock the account if it must be now.")
        )
    ended = change(row, until_on=today)
    if row.role == Role.COUNSELLOR:
        with scoped(duty := _as_lead("role_ended", {row.organisation_id})):
            release_guided(by=duty, on=row.user_id, provider=row.organisation_id)
    return ended


@action()
def release_guided(*, by: Scope, on: UUID, provider: UUID) -> None:
    """The portal's own duty: who was a counsellor guides nobody any more, and the lead finds the people without a counsellor.

    A file that ended before keeps who guided it then.
    """
    for row in _guided(by, on, provider).order_by("id"):
        change(row, counsellor_id=None)


def _as_lead(duty: str, providers: set[UUID]) -> Scope:
    """For a duty of the portal itself about who is guided: it sees what the leads of these providers see."""
    return scope_of_system(duty, everywhere={Role.LEAD: providers})


def _guided(by: Scope, counsellor: UUID, provider: UUID) -> QuerySet[Candidacy]:
    """Those who are on the way or started, and guided by somebody at a provider."""
    return access.visible(Candidacy.objects.filter(counsellor=counsellor, provider=provider, state__in=GUIDED), by)


@action(Role.ADMINISTRATOR)
def lock(*, by: Scope, on: UUID, today: date) -> User:
    """The user cannot log in any more, and is out at once."""
    if on == by.user:
        raise Refusal("yourself", _("You cannot lock yourself out."), remedy=_("Ask another administrator."))
    return change(_whole(by, on, today), is_active=False)


@action(Role.ADMINISTRATOR)
def unlock(*, by: Scope, on: UUID, today: date) -> User:
    """The user may log in again; wrong passwords that were counted are forgotten."""
    user = _whole(by, on, today)
    AccessAttempt.objects.filter(username=user.email).delete()
    return change(user, is_active=True)


@action(Role.ADMINISTRATOR)
def reset_second_factor(*, by: Scope, on: UUID, today: date) -> User:
    """The app, the key and the spare codes count no more: at the next log-in a new one is set. Whoever is logged in is out."""
    user = _whole(by, on, today)
    gone, _kinds = Authenticator.objects.filter(user=user).delete()
    fact(user=str(user.pk), removed=gone, sessions=_end_sessions(user))
    return user


def _end_sessions(user: User) -> int:
    """A lost phone may still be logged in. Sessions are sealed, so each is opened to see whose it is."""
    running = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    his = [one.session_key for one in running if one.get_decoded().get(SESSION_KEY) == str(user.pk)]
    return Session.objects.filter(session_key__in=his).delete()[0]


@action(Role.ADMINISTRATOR)
def new_link(*, by: Scope, on: UUID, today: date) -> Invited:
    """A new one-time link; the password of before counts no more."""
    user = _whole(by, on, today)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    return Invited(user=user, secret=_link(by, user))


def accept(*, secret: str, password: str) -> User:
    """Whoever has the link chooses a password: once, in time. It is nobody's act yet, so the portal writes it down as its own."""
    return _accept(by=scope_of_system("invitation"), on=None, secret=secret, password=password)


@action()
def _accept(*, by: Scope, on: None, secret: str, password: str) -> User:  # noqa: ARG001
    chooses = Invitation.objects.filter(organisation=None, user__is_active=True)
    invitation = chooses.filter(hash=_hash(secret), used_at=None, until_at__gt=timezone.now())
    row = invitation.select_related("user").select_for_update(of=("self",)).first()
    if row is None:
        remedy = _("Ask the administrator of your organisation for a new one.")
        raise Refusal("no_such_link", _("This link was used already, or is too old."), remedy=remedy, field="secret")
    try:
        validate_password(password, row.user)
    except ValidationError as error:
        raise Refusal("weak_password", " ".join(error.messages), field="password") from None
    change(row, used_at=timezone.now())
    row.user.set_password(password)
    row.user.save(update_fields=["password"])
    return row.user


def take_role_up(*, by: Scope, secret: str, today: date) -> Membership:
    """Whoever is logged in takes up the role that the link offers to their account: once, in time."""
    if by.user is None:
        raise NotYours("nobody", _("Only a person can do this."))
    return _take_up(by=scope_of_system("invitation"), on=by.user, secret=secret, today=today)


@action()
def _take_up(*, by: Scope, on: UUID, secret: str, today: date) -> Membership:  # noqa: ARG001
    offered = Invitation.objects.filter(hash=_hash(secret), user=on, used_at=None, until_at__gt=timezone.now())
    found = offered.exclude(organisation=None).filter(organisation__active=True).select_related("user", "organisation")
    row = found.select_for_update(of=("self",)).first()
    if row is None or row.organisation is None:
        remedy = _("Are you logged in as the one who got it? Else ask who gave it for a new one.")
        raise Refusal("no_such_link", _("This link was used already, is too old, or is for somebody else."), remedy=remedy, field="secret")
    change(row, used_at=timezone.now())
    running = Membership.objects.filter(user=on, organisation=row.organisation, role=row.role).exclude(until_on__lte=today).first()
    return running or _give(row.user, row.organisation, row.role, today, by=row.made_by_id)


def _link(by: Scope, user: User, *, organisation: Organisation | None = None, role: str = "") -> str:
    secret = secrets.token_urlsafe(32)
    for earlier in Invitation.objects.filter(user=user, organisation=organisation, used_at=None):
        change(earlier, used_at=timezone.now())
    offers = {"organisation": organisation, "role": role}
    invitation = Invitation(user=user, hash=_hash(secret), made_by_id=by.user, until_at=timezone.now() + LASTS, **offers)
    invitation.save(force_insert=True)  # its hash is nothing for the history
    fact(invited=str(user.pk))
    return secret


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.strip().encode()).hexdigest()


def _give_or_offer(by: Scope, user: User, organisation: UUID, role: str, today: date) -> Invited:
    where = _place(by, organisation, role)
    here = Membership.objects.filter(user=user, organisation=where)
    running = here.exclude(until_on__lte=today)
    if running.filter(role=role).exists():
        raise Refusal("has_it", _("This person has this role already."), field="seat")
    elsewhere = Membership.objects.filter(user=user).exclude(organisation=where)
    if user.pk == by.user:
        raise Refusal("yourself", _("You cannot give yourself a role."), remedy=_("Ask another administrator."), field="seat")
    if running.exists() or (here.exists() and not elsewhere.exists()):
        _give(user, where, role, today, by=by.user)
        return Invited(user=user, secret="")
    fact(offered=role, organisation=str(where.pk))
    return Invited(user=user, secret=_link(by, user, organisation=where, role=role), offered=True)


def _give(user: User, where: Organisation, role: str, today: date, *, by: UUID | None) -> Membership:
    """The role; and whoever answers for the people there hears of it, so that nobody gets in unseen."""
    held = add(Membership(user=user, organisation=where, role=role, from_on=today))
    answering = Membership.objects.filter(organisation=where, role__in=TOLD_OF_ROLES, user__is_active=True, from_on__lte=today)
    told = answering.exclude(until_on__lte=today).exclude(user__in=[key for key in (user.pk, by) if key])
    for one in told.values_list("user", flat=True).distinct():
        Notice(to_id=one, kind="role_given", details={"by": str(user.pk), "role": role}).save(force_insert=True)
    return held


def _place(by: Scope, organisation: UUID, role: str) -> Organisation:
    where: Organisation | None = users.administered(by).filter(pk=organisation).first()
    if where is None:
        raise Refusal("unknown_organisation", _("Choose an organisation."), field="seat")
    if role not in set(Role) or Kind(where.kind) not in KINDS_OF_ROLE[Role(role)]:
        raise Refusal("unknown_role", _("This role does not exist in this organisation."), field="seat")
    return where


def _account(by: Scope, key: UUID, today: date) -> users.Account:
    found = users.one(by, key, today=today)
    if found is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return found


def _whole(by: Scope, key: UUID, today: date) -> User:
    """The account, where no other organisation depends on it."""
    if not _account(by, key, today).whole:
        raise Refusal(
            "elsewhere_too",
            _("This person works for another organisation too."),
            remedy=_("Ask the operator of this portal."),
        )
    return User.objects.select_for_update().get(pk=key)
