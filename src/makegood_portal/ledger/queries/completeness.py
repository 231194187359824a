"""How complete questionnaires are, by counsellor and by file; and where two sources answered the same item differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Candidacy, User
from makegood_portal.ledger.remembered import remembered
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.shown import note
from makegood_portal.ledger.terms import said

PAGE, FIRST = 50, 1_000
IN_OWN_WORDS = tuple(role for role in access.roles_that_read(access.Part.SCREENING) if ("ledger_answer", role) not in access.ONLY_ROWS)
"""Who reads answers in own words; to others these would seem blank, so they are left out of what was asked."""


@dataclass(frozen=True, kw_only=True)
class OfCounsellor:
    """The files of one counsellor: questions that were asked, and answered (a reason is an answer)."""

    name: str
    files: int
    asked: int
    answered: int
    without: int
    """Files without any questionnaire."""


@dataclass(frozen=True, kw_only=True)
class OfFile:
    """One file, by pseudonym."""

    candidacy: UUID
    pseudonym: str
    counsellor: str
    asked: int
    answered: int

    @property
    def blank(self) -> int:
        """Questions with neither answer nor reason."""
        return self.asked - self.answered


@dataclass(frozen=True, kw_only=True)
class OfItem:
    """An item to which several sources answered: in how many files, and in how many they differ."""

    title: str
    files: int
    differ: int
    of: Sequence[tuple[UUID, str]]
    """Some of the files in which they differ, with their pseudonyms."""


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """The page."""

    counsellors: Sequence[OfCounsellor]
    files: Sequence[OfFile]
    number: int
    more: bool
    items: Sequence[OfItem]
    counted_at: datetime | None
    """When counsellors and items were counted; None: just now."""


def completeness(scope: Scope, *, number: int) -> Completeness:
    """Everything of the page over all whom the asker may see: a few statements, whatever the number of people.

    With very many files they are counted every so many minutes, and so are the first `FIRST` of the list.
    """
    closed, start = not scope.has(*IN_OWN_WORDS), (max(number, 1) - 1) * PAGE
    counted, counted_at = remembered(scope, "completeness", _number, lambda: _everything(closed=closed))
    by_counsellor, differ, first = counted
    files = first[start : start + PAGE + 1] if start + PAGE < FIRST else _files(closed=closed, number=PAGE + 1, start=start)
    examples = {key for _item, _both, _differing, of in differ for key in of or []}
    seen = _seen(scope, {key for key, *_ in files[:PAGE]} | examples)
    names = dict(User.objects.filter(pk__in={key for key, *_ in by_counsellor if key}).values_list("id", "name"))
    titles: dict[str, str] = _titles(scope) if differ else {}
    counsellors = [
        OfCounsellor(name=names.get(key, ""), files=of, asked=asked, answered=answered, without=without)
        for key, of, asked, answered, without in by_counsellor
    ]
    return Completeness(
        counsellors=sorted(counsellors, key=lambda one: (one.name == "", one.name)),
        files=[
            OfFile(candidacy=key, pseudonym=seen[key][0], counsellor=seen[key][1], asked=int(asked), answered=int(answered))
            for key, asked, answered in files[:PAGE]
            if key in seen
        ],
        number=max(number, 1),
        more=len(files) > PAGE,
        items=[
            OfItem(
                title=titles.get(str(item), str(item)), files=both, differ=differing,
                of=[(key, seen[key][0]) for key in of or [] if key in seen],
            )
            for item, both, differing, of in differ
        ],
        counted_at=counted_at,
    )  # fmt: skip


Rows = list[tuple[Any, ...]]


def _everything(*, closed: bool) -> tuple[Rows, Rows, Rows]:
    """By counsellor, by item that several sources answered, and the files with most blanks: numbers and keys."""
    of_counsellors = _rows("SELECT * FROM ledger_filled_by_counsellor(%s)", closed)
    return of_counsellors, _rows("SELECT * FROM ledger_differing()"), _files(closed=closed, number=FIRST, start=0)


def _number(counted: tuple[Rows, Rows, Rows]) -> int:
    """Of how many files these are."""
    return sum(of for _key, of, *_ in counted[0])


def _files(*, closed: bool, number: int, start: int) -> Rows:
    return _rows(
        "SELECT candidacy, asked, answered FROM ledger_filled(%s) WHERE candidacy IN (SELECT v.id FROM ledger_reads_candidacy v)"
        " ORDER BY asked - answered DESC, candidacy LIMIT %s OFFSET %s",
        closed, number, start,
    )  # fmt: skip


def _rows(sql: str, *given: bool | int) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        found: Rows = cursor.fetchall()
    return found


def _seen(scope: Scope, keys: set[UUID]) -> dict[UUID, tuple[str, str]]:
    """Candidacy -> pseudonym and counsellor, of those that the asker may see now."""
    rows = access.visible(Candidacy.objects.filter(pk__in=keys), scope).values_list("id", "person__pseudonym", "counsellor__name")
    seen = {key: (pseudonym, name or "") for key, pseudonym, name in rows}
    note(*seen)
    return seen


def _titles(scope: Scope) -> dict[str, str]:
    """Item -> what people call it, of every questionnaire of the programmes that the asker's organisations are party to."""
    programmes = {key for found in (scope.programmes or {}).values() for key in found}
    found: dict[str, str] = {}
    language = (get_language() or "en")[:2]
    for programme, delivery in terms.deliveries_on(programmes, timezone.localdate()).items():
        for _key, form in terms.questionnaires_of(programme).values():
            for item in form.items:
                found[item.name] = item.label.get(language) or next(iter(item.label.values()), item.name)
        found |= {name: said(item.title) for name, item in delivery.items.items()}
    return found
