"""The criteria by version, who meets them, and what a change would do: counted over groups of people who are alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet

from makegood.instrument.questionnaire import NON_ANSWERS
from makegood.instrument.questionnaire import Answer as Given
from makegood.programme.change import Amendment
from makegood.programme.delivery import Delivery
from makegood.programme.proposing import touches_criteria
from makegood.programme.reading import Agreement
from makegood.selection.answers import value_of
from makegood.selection.case_mix import Alike
from makegood.selection.criteria import in_force, resting_on
from makegood.selection.words import clause
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import (
    Answer,
    Candidacy,
    CriteriaAnalysis,
    CriteriaProposal,
    Identity,
    Organisation,
    Party,
    PermissionRequest,
    Programme,
)
from makegood_portal.ledger.queries import facts
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Role

COUNTERS = (Role.LEAD, Role.EVALUATOR)
"""Who may count: they may read the answers themselves."""
READERS = (Role.LEAD, Role.HEAD_OFFICE, Role.EVALUATOR, Role.INVESTOR, Role.OUTCOME_PAYER)
NO_ANSWER = ""
STARTED = "started"
"""Trait: whether somebody started, `yes` or `no`."""
AGES = ((18, "under 18"), (25, "18–24"), (35, "25–34"), (45, "35–44"), (55, "45–54"), (65, "55–64"), (200, "65 and over"))
"""Upper edge, in whole years, and code of each band."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A criterion in force."""

    criteria_list: str
    criterion: str
    title: str
    clause: str
    effect: str
    source: str
    note: str


@dataclass(frozen=True, kw_only=True)
class RuleList:
    """A list of criteria in force."""

    name: str
    title: str
    source: str
    rules: Sequence[Rule]


@dataclass(frozen=True, kw_only=True)
class Change:
    """An amendment that changed criteria."""

    name: str
    in_force_from: date
    reason: str
    expected_effect: str
    source: str
    looked_at: Mapping[str, int] | None
    """The figures of its analysis; None where none was made."""
    why_not: str
    what: Sequence[str]
    assumed: bool


@dataclass(frozen=True, kw_only=True)
class CriteriaPage:
    """The criteria in force on a day, and how they came to be so."""

    programme: UUID
    programmes: Sequence[tuple[UUID, str]]
    on: date
    lists: Sequence[RuleList]
    changes: Sequence[Change]
    days: Sequence[date]
    """The days on which criteria changed."""
    counted: CriteriaAnalysis | None
    """The newest count by the criteria of that day."""
    proposals: Sequence[CriteriaProposal]


def programmes_of(scope: Scope) -> list[tuple[UUID, str]]:
    """The programmes to which the asker's organisations are party, in the roles that read criteria. One query."""
    where = frozenset().union(*(scope.where(role) for role in READERS))
    rows = Programme.objects.filter(parties__organisation__in=where, active=True).distinct()
    return list(rows.values_list("id", "name"))


def page(scope: Scope, programme: UUID | None, *, on: date | None, today: date) -> CriteriaPage | None:
    """The page of one programme; None: there is none, or it is not yours."""
    known = programmes_of(scope)
    chosen = programme if programme is not None else known[0][0] if known else None
    if chosen is None or chosen not in {key for key, _ in known}:
        return None
    agreement = terms.agreement_of(chosen)
    day = on or today
    delivery = terms.delivery_on(chosen, day)
    changes = [_change(name, one) for name, one in agreement.amendments.items() if _touches(one)]
    since, until = same_criteria(agreement, delivery, day)
    # Who was counted without `hidden` was counted as of the wrong day, and with what was not shown as not known.
    kept = CriteriaAnalysis.objects.filter(programme=chosen, amendment={}, in_force_from__gte=since, in_force_from__lt=until)
    counted = kept.filter(counts__has_key="hidden", organisation__in=_own(scope)).first() if scope.has(*COUNTERS) else None
    proposals = CriteriaProposal.objects.filter(programme=chosen).select_related("by") if scope.has(*COUNTERS, Role.HEAD_OFFICE) else None
    return CriteriaPage(
        programme=chosen,
        programmes=known,
        on=day,
        lists=rules(delivery, on=day),
        changes=sorted(changes, key=lambda one: one.in_force_from, reverse=True),
        days=sorted({one.in_force_from for one in changes}),
        counted=counted,
        proposals=list(proposals[:20]) if proposals is not None else [],
    )


def same_criteria(agreement: Agreement, delivery: Delivery, day: date) -> tuple[date, date]:
    """From which day, and until which, the criteria are those of a day."""
    days = {one.from_ for one in agreement.amendments.values() if _touches(one)}
    own = {edge for listing in delivery.criteria.values() for one in listing.criteria.values() for edge in (one.from_, one.retired_on)}
    edges = days | {edge for edge in own if edge is not None}
    return max((edge for edge in edges if edge <= day), default=date.min), min((edge for edge in edges if edge > day), default=date.max)


def _own(scope: Scope) -> frozenset[UUID]:
    return frozenset().union(*(scope.where(role) for role in COUNTERS))


def _touches(amendment: Amendment) -> bool:
    return touches_criteria({"changes": [{"term": change.term} for change in amendment.changes]})


def _change(name: str, one: Amendment) -> Change:
    analysis = one.analysis
    made = analysis is not None and not analysis.not_made
    names = ("assessed", "would_come_in", "would_stay_out", "not_known")
    return Change(
        name=name,
        in_force_from=one.from_,
        reason=said(one.reason),
        expected_effect=said(one.expected_effect),
        source=one.source or "",
        looked_at={word: getattr(analysis, word) or 0 for word in names} if made else None,
        why_not=said(analysis.why) if analysis is not None and analysis.not_made else "",
        what=[change.term for change in one.changes],
        assumed=one.assumed,
    )


def rules(delivery: Delivery, *, on: date) -> list[RuleList]:
    """The criteria in force on a day, list by list, in words."""
    titles = {name: one.title for listing in delivery.criteria.values() for name, one in listing.criteria.items()}
    found: dict[str, list[Rule]] = {}
    for listed_in, name, one in in_force(delivery, on=on):
        found.setdefault(listed_in, []).append(
            Rule(
                criteria_list=listed_in,
                criterion=name,
                title=said(one.title),
                clause=said(clause(one.when, delivery.items, titles)),
                effect=one.effect,
                source=one.source or "",
                note=str(one.note or ""),
            )
        )
    return [
        RuleList(name=name, title=said(delivery.criteria[name].title), source=delivery.criteria[name].source or "", rules=listed)
        for name, listed in found.items()
    ]


_GROUPS = """
WITH seen AS ({seen}), answers AS ({answers}), requests AS ({requests}), people AS ({people}),
newest AS (
  SELECT DISTINCT ON (candidacy_id, item) candidacy_id, item, status, value FROM answers
  ORDER BY candidacy_id, item, (status = 'given') DESC, happened_on DESC, recorded_at DESC
), told AS (
  SELECT candidacy_id, jsonb_object_agg(item, CASE WHEN status = 'given' THEN value ELSE to_jsonb('-' || status) END) AS said
  FROM newest GROUP BY candidacy_id HAVING bool_or(status = 'given')
), permits AS (
  SELECT candidacy_id, CASE WHEN bool_or(state IN ('granted', 'granted_with_conditions')) THEN 'yes'
    WHEN bool_or(state = 'refused') AND NOT bool_or(state IN ('draft', 'asked')) THEN 'no' ELSE '' END AS said
  FROM requests GROUP BY candidacy_id
)
SELECT t.said, s.prison_id, coalesce(p.said, ''), i.sex, extract(year FROM age(s.judged_on, i.born_on))::int,
  s.started_on IS NOT NULL, count(*)
FROM told t JOIN seen s ON s.id = t.candidacy_id
LEFT JOIN permits p ON p.candidacy_id = t.candidacy_id
LEFT JOIN people i ON i.candidacy_id = t.candidacy_id
GROUP BY 1, 2, 3, 4, 5, 6
"""


def groups(scope: Scope, programme: UUID, delivery: Delivery, items: frozenset[str], *, today: date) -> list[Alike]:
    """Everybody with at least one answer to these items, in groups of people who are alike. Two statements, whatever their number.

    Each as of the day that `facts.judged_on` gives. Traits: the prison; whether they started; sex and age where the asker may
    know them; every item with a choice of answers. Same rules as `facts.facts_of`: of the answers up to that day the newest
    counts, and one that gives a value before one that gives none.
    """
    asked = sorted(item for item in items if item not in facts.of_register(delivery))
    seen = access.visible(Candidacy.objects.filter(programme=programme), scope).order_by()
    parts: dict[str, QuerySet[Any]] = {
        "seen": seen.annotate(judged_on=facts.judged_on(today)).values("id", "prison_id", "started_on", "judged_on"),
        "answers": access.visible(Answer.objects.filter(facts.by_then(), item__in=asked, candidacy__programme=programme), scope).values(
            "candidacy_id", "item", "status", "value", "happened_on", "recorded_at"
        ),
        "requests": access.visible(PermissionRequest.objects.filter(candidacy__programme=programme), scope)
        .order_by()
        .values("candidacy_id", "state"),
        "people": access.visible(Identity.objects.filter(candidacy__programme=programme), scope).values("candidacy_id", "sex", "born_on"),
    }
    sql, params = {}, []
    for name, rows in parts.items():
        sql[name], given = _sql(rows)
        params += given
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS.format(**sql), params)
        found = cursor.fetchall()
    prisons = dict(Organisation.objects.filter(pk__in={row[1] for row in found if row[1]}).values_list("id", "name"))
    return [_alike(row, delivery, items, prisons) for row in found]


def _sql(rows: QuerySet[Any]) -> tuple[str, list[Any]]:
    """A queryset as a statement; one that can find nothing becomes a statement that finds nothing."""
    from django.core.exceptions import EmptyResultSet  # noqa: PLC0415

    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        table: type[Model] = rows.model
        added = (f'NULL::date AS "{name}"' for name in rows.query.annotation_select)
        columns = ", ".join([*(f'"{name}"' for name in rows.query.values_select), *added])
        return f'SELECT {columns} FROM "{table._meta.db_table}" WHERE false', []  # noqa: S608 - names of our own columns
    return sql, list(params)


def _alike(row: Sequence[Any], delivery: Delivery, items: frozenset[str], prisons: Mapping[UUID, str]) -> Alike:
    said_, prison, permits, sex, age, started, people = row
    words: dict[str, str] = json.loads(said_) if isinstance(said_, str) else said_
    answers = {item: _answer(str(word)) for item, word in words.items()}
    if age is not None and facts.AGE in delivery.items:
        answers[facts.AGE] = Given(str(age), source="file")
    if permits:
        answers |= {item: Given(permits, source="file") for item in facts.of_register(delivery) - {facts.AGE}}
    traits = {"prison": prisons.get(prison, NO_ANSWER), STARTED: "yes" if started else "no"}
    if sex is not None:
        traits["sex"] = sex
    if age is not None:
        traits[facts.AGE] = next(band for edge, band in AGES if age < edge or edge == AGES[-1][0])
    for item in sorted(items):
        if delivery.items[item].choices:
            value = value_of(delivery.items[item], answers.get(item))
            traits[item] = str(value) if value is not None else NO_ANSWER
    return Alike(answers, traits, people)


def _answer(word: str) -> Given:
    silent = next((code for code in NON_ANSWERS if word == f"-{code}"), None)
    return Given(non_answer=silent) if silent else Given(word)


def analysis(scope: Scope, key: UUID) -> CriteriaAnalysis | None:
    """An analysis that the asker may read; the database decides."""
    if not scope.has(*COUNTERS):
        return None
    own = CriteriaAnalysis.objects.filter(organisation__in=scope.where(Role.LEAD))
    of_programme = CriteriaAnalysis.objects.filter(programme__parties__organisation__in=scope.where(Role.EVALUATOR))
    return (own.filter(pk=key) | of_programme.filter(pk=key)).distinct().select_related("programme", "by").first()


def proposed(key: UUID) -> CriteriaProposal | None:
    """The proposal that rests on an analysis."""
    return CriteriaProposal.objects.filter(analysis=key).select_related("by").first()


def party_for(scope: Scope, programme: UUID) -> tuple[Role, UUID] | None:
    """As what and for which organisation the asker counts in a programme: the provider, else the evaluator."""
    for role in COUNTERS:
        found = Party.objects.filter(programme=programme, organisation__in=scope.where(role)).values_list("organisation", flat=True).first()
        if found is not None:
            return role, found
    return None


def not_shown(role: Role, *deliveries: Delivery) -> frozenset[str]:
    """The criteria that rest on what this role is not shown: they are left out of its counts, not counted as not known."""
    parts = [part for part in access.Part if role in access.roles_that_read(part)]
    return frozenset().union(*(resting_on(one, facts.not_shown(one, parts)) for one in deliveries))


def trait_words(agreement: Agreement, on: date, trait: str, level: str) -> tuple[str, str]:
    """A trait and a level in the words of the programme file; ours stay codes, which pages put in words."""
    delivery = agreement.on(on).programme.delivery
    item = delivery.items.get(trait) if delivery else None
    if item is None or not item.choices:
        return trait, level
    return said(item.title), said(item.choices[level].title) if level in item.choices else level


def in_order(agreement: Agreement, on: date, levels: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The levels trait by trait, ours first, each in the order of the programme file, what is not known last."""
    delivery = agreement.on(on).programme.delivery
    items = delivery.items if delivery else {}
    traits = ["prison", STARTED, "sex", facts.AGE, *items]

    def place(level: Mapping[str, Any]) -> tuple[int, int, str]:
        choices = list(items[level["trait"]].choices) if level["trait"] in items else []
        unknown = level["level"] == NO_ANSWER
        rank = choices.index(level["level"]) if level["level"] in choices else len(choices) + unknown
        return (traits.index(level["trait"]) if level["trait"] in traits else len(traits), rank, level["level"])

    return sorted(levels, key=place)
