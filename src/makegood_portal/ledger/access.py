"""Who may see and write what of a person: decided here and nowhere else.

`RULES` is the decision. It is enforced twice: `visible` and `writable` restrict the application's queries, and
`row_security` turns the same rules into row-level security of PostgreSQL for the runtime role.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, Func, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from makegood_portal.ledger.finished import finish
from makegood_portal.ledger.models import (
    BreakGlass,
    Candidacy,
    CitizenNumber,
    Consent,
    ConsentState,
    Party,
    PermissionRequest,
    PermissionState,
    Programme,
)
from makegood_portal.ledger.scope import Scope, known
from makegood_portal.ledger.words import Role

M = TypeVar("M", bound=Model)


class Part(StrEnum):
    """A part of somebody's file; each table with personal data belongs to one."""

    CANDIDACY = "candidacy"
    IDENTITY = "identity"
    CITIZEN_NUMBER = "citizen_number"
    SELECTION = "selection"
    RELEASE = "release"
    NOTES = "notes"
    SCREENING = "screening"
    ELIGIBILITY = "eligibility"
    PERMISSION = "permission"
    CONTRACT = "contract"
    CONTACT = "contact"
    CONSENT = "consent"
    COOPERATION = "cooperation"


WHOLE = frozenset(Part) - {Part.CITIZEN_NUMBER}
NOTHING: frozenset[Part] = frozenset()

PART_OF: dict[str, Part] = {
    "ledger_candidacy": Part.CANDIDACY,
    "ledger_identity": Part.IDENTITY,
    "ledger_citizennumber": Part.CITIZEN_NUMBER,
    "ledger_selectionevent": Part.SELECTION,
    "ledger_releasedate": Part.RELEASE,
    "ledger_note": Part.NOTES,
    "ledger_response": Part.SCREENING,
    "ledger_answer": Part.SCREENING,
    "ledger_eligibilityassessment": Part.ELIGIBILITY,
    "ledger_eligibilityoverride": Part.ELIGIBILITY,
    "ledger_permissionrequest": Part.PERMISSION,
    "ledger_contract": Part.CONTRACT,
    "ledger_contactroute": Part.CONTACT,
    "ledger_prisonnumber": Part.CONTACT,
    "ledger_appointment": Part.CONTACT,
    "ledger_consent": Part.CONSENT,
    "ledger_coordination": Part.COOPERATION,
    "ledger_parallelhelp": Part.COOPERATION,
    "ledger_contactmoment": Part.COOPERATION,
}
"""Table -> the part that it belongs to. A table that carries a candidacy and is missing here fails the suite."""


ONLY_ROWS: dict[tuple[str, Role], tuple[str, bool]] = {
    ("ledger_answer", Role.EVALUATOR): ("free_text", False),
}
"""(table, role) -> a true-or-false column and what it must be: a role that may not see every row of a part."""


class Bond(StrEnum):
    """What ties an asker to a candidacy."""

    ORGANISATION = "organisation"  # the candidacy's column names an organisation in which the user has the role
    OWN = "own"  # the user is named in the column, and has the role in the organisation beside it
    PROGRAMME = "programme"  # an organisation in which the user has the role is a party to the programme
    CONSENT = "consent"  # the person allowed it to an organisation in which the user has the role
    BROKEN_GLASS = "broken_glass"  # the user opened this file with a reason, not long ago


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A role, its bond with a candidacy, and the parts that it may read and write."""

    role: Role
    bond: Bond
    organisation: str = ""
    user: str = ""
    until: str = ""  # a date column that must be empty
    steps: str = ""  # a column of the programme that names the steps at which the rule holds
    unless: str = ""  # a column that says that the candidate closed the file to these
    consent: str = ""  # the purpose for which the person must allow it, to the organisation of the bond; see processing.yaml
    reads: frozenset[Part]
    writes: frozenset[Part] = NOTHING


CLOSED_TO = {"provider": "closed_to_provider", "evaluator": "closed_to_evaluator"}
"""To whom a candidate may close the file -> the column that says so; `objections` of the programme file."""

_OWN_PRISON = Rule(role=Role.COORDINATOR, bond=Bond.ORGANISATION, organisation="prison", reads=frozenset({Part.CANDIDACY}))
_STEPS = frozenset({Part.CANDIDACY, Part.SELECTION})
_HEAD_OFFICE = Rule(role=Role.HEAD_OFFICE, bond=Bond.PROGRAMME, reads=_STEPS | {Part.RELEASE})
_PROVIDER = Rule(role=Role.LEAD, bond=Bond.ORGANISATION, organisation="provider", unless=CLOSED_TO["provider"], reads=WHOLE)
RULES: tuple[Rule, ...] = (
    # Until the hand-over the whole file; after it the outcome, which stands in the candidacy itself.
    _OWN_PRISON,
    replace(_OWN_PRISON, until="handed_over_on", reads=frozenset(Part), writes=frozenset(Part) - {Part.CONTRACT}),
    # Pseudonyms and steps, never a name.
    _HEAD_OFFICE,
    # Its own steps, until the prison has checked the list: it can do them, and take them back. When somebody is released is not its.
    replace(_HEAD_OFFICE, until="handed_over_on", steps="with_head_office", reads=NOTHING, writes=_STEPS),
    replace(_PROVIDER, role=Role.COUNSELLOR, bond=Bond.OWN, user="counsellor", writes=WHOLE),
    replace(_PROVIDER, role=Role.COUNSELLOR, bond=Bond.BROKEN_GLASS),
    replace(_PROVIDER, writes=WHOLE),
    Rule(
        role=Role.PROBATION_OFFICER,
        bond=Bond.OWN,
        organisation="probation",
        user="probation_officer",
        consent="supervision",
        reads=frozenset({Part.CANDIDACY, Part.IDENTITY, Part.CONTRACT}),
    ),
    Rule(
        role=Role.AGENCY_CONTACT,
        bond=Bond.CONSENT,
        until="left_on",
        consent="work",
        reads=frozenset({Part.CANDIDACY, Part.IDENTITY}),
    ),
    # Pseudonyms and codes: what was done is evidence, and no table of these parts holds a name or free text.
    Rule(
        role=Role.EVALUATOR,
        bond=Bond.PROGRAMME,
        unless=CLOSED_TO["evaluator"],
        reads=_STEPS | {Part.RELEASE, Part.SCREENING, Part.ELIGIBILITY, Part.COOPERATION},
    ),
)


COUNT_WHOLE = frozenset({Role.LEAD, Role.HEAD_OFFICE, Role.EVALUATOR})
"""Roles that may count everybody in a programme of their organisation, without seeing who it is: the funnel."""

COUNT_OWN = frozenset({Role.COORDINATOR})
"""Roles that may count the people of their own prison."""

SEE_EACH = frozenset(rule.role for rule in RULES if rule.bond is Bond.PROGRAMME and rule.reads >= _STEPS)
"""Of those who count everybody: who may see each of them too. To the others a count of a few is not shown."""

HISTORY_WITH = Part.NOTES
"""Who reads what staff wrote about somebody reads the history of the file too."""

FINISHED = 4096
"""How many conditions of askers are kept as finished SQL: for each user, day, table and part."""

ASKED_FOR = "permission"
"""The purpose for which somebody must consent before a municipality reads a request about them."""

TOLD_OF_CONSENT: dict[Role, str] = {
    Role.MUNICIPAL_CONTACT: ASKED_FOR,
    Role.PROBATION_OFFICER: "supervision",
    Role.AGENCY_CONTACT: "work",
}
"""Roles outside that see the consents which count towards their own organisation, and the purpose of those."""


def roles_that_read(part: Part) -> frozenset[Role]:
    """The roles that may read this part of somebody's file."""
    return frozenset(rule.role for rule in RULES if part in rule.reads)


def visible(rows: QuerySet[M], scope: Scope, *, to: str = "candidacy") -> QuerySet[M]:
    """The rows that the asker may read. `to` is the path to the candidacy; for candidacies themselves it is ignored."""
    return _restricted(rows, scope, to=to, writing=False)


def writable(rows: QuerySet[M], scope: Scope, *, to: str = "candidacy") -> QuerySet[M]:
    """The rows that the asker may change."""
    return _restricted(rows, scope, to=to, writing=True)


def _restricted(rows: QuerySet[M], scope: Scope, *, to: str, writing: bool) -> QuerySet[M]:
    allowed = _allowed_rows(rows.model, to, scope, writing, timezone.localdate())
    return rows.filter(allowed) if allowed else rows.none()


@lru_cache(maxsize=FINISHED)
def _allowed_rows(model: type[Model], to: str, scope: Scope, writing: bool, day: date) -> Q:
    """The condition on rows of a table; an empty Q means: nothing at all."""
    table = model._meta.db_table
    whole, allowed = Q(), Q()
    for rule in _rules(scope, PART_OF[table], writing=writing):
        only, condition = ONLY_ROWS.get((table, rule.role)), _condition(rule, scope, day)
        if only:
            allowed |= _among(model, condition, to) & Q(**dict([only]))
        else:
            whole |= condition
    if whole:
        allowed |= _among(model, whole, to)
    if model is CitizenNumber and allowed:
        allowed &= Q(**{f"{to}__prison__may_hold_bsn": True})
    return finish(model, allowed | _beside(model, scope, day, writing=writing))


def _among(model: type[Model], condition: Q, to: str) -> Q:
    """The condition on candidacies as one on these rows: candidacies first, from their index, then what belongs to them.

    By key, and not by a join, which would hide what is theirs beside the file where they do not see the file.
    """
    return condition if model is Candidacy else Q(**{f"{to}__in": Candidacy.objects.filter(condition).order_by()})


def parts_of_file(scope: Scope, candidacy: UUID) -> frozenset[Part]:
    """The parts of one candidate's file that the asker may read; none where the file is not theirs. One query a page at most."""
    return known(("parts of a file", candidacy), lambda: _parts(with_parts(Candidacy.objects.filter(pk=candidacy), scope).first()))


def with_parts(rows: QuerySet[Candidacy], scope: Scope) -> QuerySet[Candidacy]:
    """The candidacies with, beside each, which parts of the file the asker may read; `keep_parts` remembers them for the page."""
    said = {f"may_{part}": allowed for part in Part if (allowed := allowed_of(scope, part))}
    return rows.annotate(**{name: ExpressionWrapper(allowed, output_field=BooleanField()) for name, allowed in said.items()})


def keep_parts(row: Candidacy) -> None:
    """Which parts of this file the asker may read need not be asked again before the block ends. A row of `with_parts`."""
    known(("parts of a file", row.pk), lambda: _parts(row))


def _parts(row: Candidacy | None) -> frozenset[Part]:
    return frozenset(part for part in Part if row and vars(row).get(f"may_{part}"))


def _beside(model: type[Model], scope: Scope, day: date, *, writing: bool) -> Q:
    """What somebody outside sees though the file is closed to them: requests that were sent to them, consents towards them."""
    found = Q()
    asked_of = scope.where(Role.MUNICIPAL_CONTACT)
    if model is PermissionRequest and asked_of:
        consent = consents_that_count(ASKED_FOR, day).filter(candidacy=OuterRef("candidacy"), party=OuterRef("municipality"))
        found |= Q(Exists(consent), municipality__in=asked_of) & ~Q(state=PermissionState.DRAFT)
    if model is Consent and not writing:
        for role, purpose in TOLD_OF_CONSENT.items():
            if scope.where(role):
                found |= Q(party__in=scope.where(role)) & _counts(purpose, day)
    return found


def allowed_of(scope: Scope, part: Part, *, writing: bool = False) -> Q:
    """The condition on a candidacy; an empty Q means: nothing at all."""
    return _allowed_files(scope, part, writing, timezone.localdate())


@lru_cache(maxsize=FINISHED)
def _allowed_files(scope: Scope, part: Part, writing: bool, day: date) -> Q:
    allowed = Q()
    for rule in _rules(scope, part, writing=writing):
        allowed |= _condition(rule, scope, day)
    return finish(Candidacy, allowed)


def consents_that_count(purpose: str, day: date | None = None) -> QuerySet[Consent]:
    """Consents for a purpose that were given, have not ended and were not withdrawn, on a day: else today."""
    return Consent.objects.filter(_counts(purpose, day or timezone.localdate())).order_by()


def _counts(purpose: str, day: date) -> Q:
    return Q(purpose=purpose, state=ConsentState.GIVEN, answered_on__lte=day, until_on__gt=day)


def _rules(scope: Scope, part: Part, *, writing: bool) -> list[Rule]:
    return [rule for rule in RULES if part in (rule.writes if writing else rule.reads) and scope.where(rule.role)]


def _condition(rule: Rule, scope: Scope, day: date) -> Q:
    where = scope.where(rule.role)
    found = Q()
    if rule.organisation:
        found &= Q(**{f"{rule.organisation}__in": where})
    if rule.bond is Bond.OWN:
        found &= Q(**{rule.user: scope.user})
    if rule.bond is Bond.PROGRAMME:
        # Looked up with the scope, so that the list of one programme comes in order from its index.
        known = None if scope.programmes is None else scope.programmes.get(rule.role, frozenset())
        parties = Party.objects.filter(organisation__in=where).values("programme") if known is None else known
        found &= Q(programme__in=parties)
    if rule.bond is Bond.BROKEN_GLASS:
        # An array found once: beside it an index still finds the own candidates.
        opened = BreakGlass.objects.filter(user=scope.user, until_at__gt=Now()).order_by().values("candidacy")
        found &= Q(Func(F("pk"), ArraySubquery(opened), arg_joiner=" = ANY (", template="(%(expressions)s))", output_field=BooleanField()))
    if rule.until:
        found &= Q(**{rule.until: None})
    if rule.unless:
        found &= Q(**{rule.unless: False})
    if rule.steps:
        here = {f"{rule.steps}__contains": [OuterRef("step")]}
        found &= Q(Exists(Programme.objects.filter(pk=OuterRef("programme"), **here)))
    if rule.consent:
        to = {"party": OuterRef(rule.organisation)} if rule.organisation else {"party__in": where}
        found &= Q(Exists(consents_that_count(rule.consent, day).filter(candidacy=OuterRef("pk"), **to)))
    return found
