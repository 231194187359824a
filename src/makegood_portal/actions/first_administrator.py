"""The first administrator: whoever holds the machine lets somebody in, since nobody inside can. As the owner of the tables."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from makegood.values.problem import nearest
from makegood_portal.actions.acting import action, add, fact
from makegood_portal.actions.refusal import Refusal
from makegood_portal.actions.users import Invited, invite, new_link, reset_second_factor, unlock
from makegood_portal.ledger.models import Membership, Organisation
from makegood_portal.ledger.queries import users
from makegood_portal.ledger.scope import Scope, scope_of_system
from makegood_portal.ledger.words import Kind, Role


@action()
def let_administrator_in(
    *, by: Scope, on: None, name: str, email: str, organisation: str, operator: str, again: bool, today: date
) -> Invited:
    """An administrator of `organisation`, or else of the operator, which is made by the name `operator` where there is none.

    Refused while there is an active administrator, unless `again`: everybody is locked out. Who is an administrator there
    already then gets a new link, and sets a new second step: whoever has the link is the one to get in, and nobody else.
    """
    del on
    try:
        validate_email(email.strip())
    except ValidationError:
        raise Refusal("no_address", _("This is no e-mail address."), remedy=_("Write it as name@example.org."), field="email") from None
    if not name.strip():
        raise Refusal("no_name", _("The name is missing."), remedy=_("Write who it is."), field="name")
    where = _named(organisation) if organisation else _operator(operator)
    there = users.administrators_of(where.pk, today=today)
    fact(organisation=str(where.pk), again=again)
    if there and not again:
        remedy = _("Ask one of them for an invitation. Is everybody locked out? Then use --again.")
        raise Refusal("administrator_there", _("Somebody is an administrator there already."), remedy=remedy)
    duty = scope_of_system(by.system, everywhere={Role.ADMINISTRATOR: {where.pk}})
    held = Membership.objects.filter(organisation=where, role=Role.ADMINISTRATOR, user__email=email.strip().lower())
    locked_out = held.exclude(until_on__lte=today).first()
    if locked_out is None:
        return invite(by=duty, on=where.pk, name=name, email=email, role=Role.ADMINISTRATOR, today=today)
    unlock(by=duty, on=locked_out.user_id, today=today)
    reset_second_factor(by=duty, on=locked_out.user_id, today=today)
    return new_link(by=duty, on=locked_out.user_id, today=today)


def _named(name: str) -> Organisation:
    found = list(Organisation.objects.filter(name__iexact=name.strip(), active=True))
    if not found:
        known = Organisation.objects.filter(active=True).values_list("name", flat=True)
        remedy = nearest(name, known) if known else _("Take in who takes part first: makegood db organisations FILE.")
        raise Refusal("unknown_organisation", _("There is no such organisation in the register."), remedy=remedy, field="organisation")
    if len(found) > 1:
        what = _("More than one organisation has this name.")
        remedy = _("Give one of them another name first, in the list of organisations.")
        raise Refusal("which_organisation", what, remedy=remedy, field="organisation")
    return found[0]


def _operator(name: str) -> Organisation:
    found = list(Organisation.objects.filter(kind=Kind.OPERATOR, active=True))
    if len(found) > 1:
        what, remedy = _("There is more than one operator of this portal."), _("Say which, with --organisation.")
        raise Refusal("which_organisation", what, remedy=remedy, field="organisation")
    if found and name and found[0].name.casefold() != name.strip().casefold():
        what = _("There is an operator of this portal already.")
        raise Refusal("operator_there", what, remedy=_("Leave --operator out: the administrator is let in there."), field="operator")
    if found:
        return found[0]
    if not name.strip():
        what, remedy = _("There is no operator of this portal yet."), _("Say what it is called, with --operator NAME.")
        raise Refusal("no_operator", what, remedy=remedy, field="operator")
    return add(Organisation(kind=Kind.OPERATOR, name=name.strip()))
