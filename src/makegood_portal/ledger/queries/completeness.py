"""How complete questionnaires are, by counsellor and by file; and where two sources answered the same item differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Answer, Candidacy, Response
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Role

PAGE = 50


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


_TOLD = """
WITH seen AS ({seen}), responses AS ({responses}), answers AS ({answers}),
filled AS (
  SELECT r.id, r.candidacy_id, (SELECT count(*) FROM jsonb_array_elements_text(r.asked) AS q(item) WHERE q.item <> ALL (%s)) AS asked,
    count(DISTINCT a.item) AS answered
  FROM responses r LEFT JOIN answers a ON a.response_id = r.id AND r.asked ? a.item AND a.item <> ALL (%s)
  GROUP BY r.id, r.candidacy_id, r.asked
), told AS (
  SELECT candidacy_id, sum(asked) AS asked, sum(answered) AS answered FROM filled GROUP BY candidacy_id
)
"""
_BY_COUNSELLOR = """
SELECT coalesce(u.name, ''), count(*), coalesce(sum(t.asked), 0), coalesce(sum(t.answered), 0), count(*) FILTER (WHERE t.asked IS NULL)
FROM seen s LEFT JOIN told t ON t.candidacy_id = s.id LEFT JOIN ledger_user u ON u.id = s.counsellor_id
GROUP BY u.id, u.name ORDER BY u.name NULLS LAST
"""
_BY_FILE = """
SELECT s.id, p.pseudonym, coalesce(u.name, ''), t.asked, t.answered
FROM told t JOIN seen s ON s.id = t.candidacy_id JOIN ledger_person p ON p.id = s.person_id
LEFT JOIN ledger_user u ON u.id = s.counsellor_id
ORDER BY t.asked - t.answered DESC, s.id LIMIT %s OFFSET %s
"""
_DIFFER = """
WITH seen AS ({seen}), answers AS ({answers}),
newest AS (
  SELECT DISTINCT ON (candidacy_id, item, source) candidacy_id, item, source, value FROM answers
  WHERE status = 'given' AND NOT free_text ORDER BY candidacy_id, item, source, happened_on DESC, recorded_at DESC
), twice AS (
  SELECT candidacy_id, item, count(DISTINCT value) AS differing FROM newest GROUP BY candidacy_id, item HAVING count(*) > 1
)
SELECT b.item, count(*), count(*) FILTER (WHERE b.differing > 1),
  (array_agg(s.id::text || ' ' || p.pseudonym ORDER BY s.id) FILTER (WHERE b.differing > 1))[1:20]
FROM twice b JOIN seen s ON s.id = b.candidacy_id JOIN ledger_person p ON p.id = s.person_id
GROUP BY b.item ORDER BY 3 DESC, b.item
"""


def completeness(scope: Scope, *, number: int) -> Completeness:
    """Everything of the page over all whom the asker may see: three statements, whatever the number of people."""
    parts: dict[str, QuerySet[Any]] = {
        "seen": access.visible(Candidacy.objects.all(), scope).order_by().values("id", "person_id", "counsellor_id"),
        "responses": access.visible(Response.objects.all(), scope).values("id", "candidacy_id", "asked"),
        "answers": access.visible(Answer.objects.all(), scope).values(
            "response_id", "candidacy_id", "item", "source", "status", "value", "free_text", "happened_on", "recorded_at"
        ),
    }
    start = (max(number, 1) - 1) * PAGE
    unseen = _unseen(scope)
    counsellors = _rows(_TOLD + _BY_COUNSELLOR, parts, unseen, unseen)
    files = _rows(_TOLD + _BY_FILE, parts, unseen, unseen, PAGE + 1, start)
    differ = _rows(_DIFFER, {name: parts[name] for name in ("seen", "answers")})
    titles = _titles(scope) if differ else {}
    return Completeness(
        counsellors=[
            OfCounsellor(name=name, files=of, asked=int(asked), answered=int(answered), without=without)
            for name, of, asked, answered, without in counsellors
        ],
        files=[
            OfFile(candidacy=key, pseudonym=pseudonym, counsellor=name, asked=int(asked), answered=int(answered))
            for key, pseudonym, name, asked, answered in files[:PAGE]
        ],
        number=max(number, 1),
        more=len(files) > PAGE,
        items=[
            OfItem(title=titles.get(item, item), files=both, differ=differing, of=[_pair(one) for one in of or []])
            for item, both, differing, of in differ
        ],
    )


def _pair(text: str) -> tuple[UUID, str]:
    key, pseudonym = text.split(" ", 1)
    return UUID(key), pseudonym


def _rows(sql: str, parts: dict[str, QuerySet[Any]], *more: Any) -> list[tuple[Any, ...]]:
    from django.core.exceptions import EmptyResultSet  # noqa: PLC0415

    texts: dict[str, str] = {}
    params: list[Any] = []
    for name, rows in parts.items():
        try:
            texts[name], given = rows.query.sql_with_params()
        except EmptyResultSet:
            return []
        params += given
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**texts), [*params, *more])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _unseen(scope: Scope) -> list[str]:
    """Questions answered in own words, for who may not read such answers: to them they would seem blank."""
    if scope.has(Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD):
        return []
    programmes = {key for found in (scope.programmes or {}).values() for key in found}
    forms = [form for programme in programmes for _key, form in terms.questionnaires_of(programme).values()]
    return sorted({item.name for form in forms for item in form.items if item.kind == "text"})


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
