"""What every action shares: the roles that may, one transaction, and one audit entry with old and new values.

    @action(Role.COORDINATOR)
    def hand_over(*, by: Scope, on: Candidacy, happened_on: date) -> Candidacy:
        return change(on, handed_over_on=happened_on, reason="ready")

`change` and `add` are the only ways in which an action writes a record of a person, so that nothing is written that
is not in the history.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from makegood_portal.actions.refusal import NotYours, Refusal, Stale
from makegood_portal.ledger import audit, erasure, history, shown
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Candidacy, Note, Person
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

WORDS_OF_A_FILE = {"ledger_grosslistimport": frozenset({"header", "columns"}), "ledger_columnmapping": frozenset({"columns"})}
"""Table without a person -> columns with words of a list. Where somebody takes a person for the names of the columns these are
personal, and what the audit says of nobody is not encrypted: that they changed is written down, and not into what."""

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Model)


@dataclass
class Act:
    """An action that is being done: who, which verb, and what it changed so far."""

    verb: str
    by: Scope
    facts: dict[str, Any] = field(default_factory=dict)
    entries: int = 0


@dataclass(frozen=True)
class Together:
    """What one act did to several records: to how many, and the mark by which it is taken back."""

    number: int
    mark: UUID


@dataclass(frozen=True)
class TakenBack:
    """Of what was done together: how many were taken back, and how many were not, since something happened to them meanwhile."""

    number: int
    stayed: int


_act: ContextVar[Act | None] = ContextVar("act", default=None)


def action(*may: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an action: keyword arguments `by` (a Scope) and `on`; refused to all roles but these."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def act(*args: P.args, **kwargs: P.kwargs) -> R:
            by = _by(kwargs)
            try:
                if not by.system and not by.has(*may):
                    raise NotYours("not_your_role", _("This is not a task of your role."), remedy=_("Ask a colleague whose task it is."))
                with shown.undone_by_an_error(), transaction.atomic():
                    return _done(function, *args, **kwargs)
            except Refusal as refusal:
                audit.record(by, function.__name__, outcome="refused", facts={"code": refusal.code}, **_about(kwargs.get("on")))
                raise

        return act

    return decorate


def _by(kwargs: Mapping[str, object]) -> Scope:
    by = kwargs.get("by")
    if not isinstance(by, Scope):
        raise TypeError("an action is called with by=scope")
    return by


def _done(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    doing = Act(function.__name__, _by(kwargs))
    token = _act.set(doing)
    try:
        result = function(*args, **kwargs)
    finally:
        _act.reset(token)
    if not doing.entries:
        audit.record(doing.by, doing.verb, facts=doing.facts, **_about(kwargs.get("on")))
    return result


def change(row: M, *, reason: str = "", seen: int | None = None, columns: Mapping[str, Any] | None = None, **values: Any) -> M:
    """Write new values, keep the old ones in history. `seen` is the version that the editor had open.

    `columns` holds new values of columns that are called as a word of this function (`reason`).
    """
    act = _doing()
    values |= columns or {}
    fresh = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not fresh and seen is None:
        return row
    old = {_column(row, name): _plain(getattr(row, name)) for name in fresh}
    rows = type(row)._default_manager.filter(pk=row.pk)
    if hasattr(row, "version"):
        rows = rows.filter(version=row.version if seen is None else seen)
        fresh["version"] = row.version + 1 if seen is None else seen + 1
    if not rows.update(**fresh):
        if hasattr(row, "version") and type(row)._default_manager.filter(pk=row.pk).exclude(version=fresh["version"] - 1).exists():
            raise Stale("changed_meanwhile", _("Somebody else changed this while you had it open."), remedy=_("Compare, and save again."))
        raise NotYours("not_yours", _("You cannot change this record."))
    for name, value in fresh.items():
        setattr(row, name, value)
    new = {_column(row, name): _plain(getattr(row, name)) for name in fresh}
    changes = {name: [old.get(name), value] for name, value in new.items() if name != "version"}
    _write(act, row, {"changes": changes, "reason": reason})
    return row


def add(row: M, *, reason: str = "") -> M:
    """Write a new record and put it in history."""
    act = _doing()
    of: Candidacy | None = getattr(row, "candidacy", None)
    if of is not None and (row._meta.db_table in erasure.ERASE or getattr(row, "free_text", False)):
        demand_a_person(of)
    row.save(force_insert=True)
    new = {f.attname: [None, _plain(getattr(row, f.attname))] for f in row._meta.concrete_fields if f.get_internal_type() != "BinaryField"}
    _write(act, row, {"changes": new, "reason": reason})
    return row


def write_note(on: Candidacy, text: str, *, about: Model | None = None) -> None:
    """Free text about a person, encrypted with their key. Nothing is written for an empty text."""
    act = _doing()
    if not text.strip():
        return
    demand_a_person(on)
    sealed = history.seal(on.person_id, {"text": text})
    beside = {"about_table": about._meta.db_table, "about": about.pk} if about else {}
    note = Note(candidacy=on, sealed=sealed, by_id=act.by.user, **beside)
    note.save(force_insert=True)
    act.entries += 1
    audit.record(act.by, act.verb, part=Part.NOTES, table=note._meta.db_table, row=note.pk, candidacy=on.pk, person=on.person_id)


def enter(on: Candidacy) -> None:
    """The entry of the act about this file, now and not at its end: for what the database does only after it is written down."""
    act = _doing()
    act.entries += 1
    audit.record(act.by, act.verb, facts=act.facts, **_about(on))


def demand_a_person(on: Candidacy) -> None:
    """Who was erased is nobody any more: nothing personal is written to the file again."""
    if on.person.erased_at is not None:
        what = _("This person was erased.")
        raise Refusal("erased", what, remedy=_("Write down nothing more about them. Is it somebody new? Then they come in by a new list."))


def fact(**codes: Any) -> None:
    """Codes and counts for the audit entry of the act that is being done; nothing personal."""
    _doing().facts.update(codes)


def mark_together() -> UUID:
    """A mark in each entry that the act being done writes from here on; see `audit_trail.written_together`."""
    mark = uuid4()
    fact(together=mark)
    return mark


def _doing() -> Act:
    act = _act.get()
    if act is None:
        raise RuntimeError("records are written in an action: decorate the function with @action")
    return act


def _write(act: Act, row: Model, personal: dict[str, Any]) -> None:
    act.entries += 1
    about = _about(row)
    facts = {**act.facts, "fields": sorted(set(personal["changes"]) - {"version"})}
    if not about:  # nobody's data: organisations, programmes, lists
        left_out = WORDS_OF_A_FILE.get(row._meta.db_table, frozenset())
        facts |= personal | {"changes": {name: both for name, both in personal["changes"].items() if name not in left_out}}
    audit.record(act.by, act.verb, table=row._meta.db_table, row=_key(row), facts=facts, personal=personal, **about)


def _about(row: object) -> dict[str, Any]:
    """Whose file a record belongs to."""
    if isinstance(row, Candidacy):
        return {"candidacy": row.pk, "person": row.person_id}
    if isinstance(row, Person):
        return {"person": row.pk}
    try:
        candidacy = getattr(row, "candidacy", None)
    except Candidacy.DoesNotExist:  # a notice of a file that went to somebody else meanwhile: whose it is, is not to be seen
        return {"candidacy": getattr(row, "candidacy_id", None)}
    if isinstance(candidacy, Candidacy):
        return {"candidacy": candidacy.pk, "person": candidacy.person_id}
    return {}


def _key(row: Model) -> UUID | None:
    return row.pk if isinstance(row.pk, UUID) else None


def _column(row: Model, name: str) -> str:
    return row._meta.get_field(name).attname  # type: ignore[union-attr]


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value
