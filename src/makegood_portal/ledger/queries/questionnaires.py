"""Questionnaires: one being filled in, those of a candidate, and what is missing per item over everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from makegood.instrument.questionnaire import NON_ANSWERS, ItemMissing, Progress, Questionnaire, progress
from makegood.instrument.questionnaire import Answer as Given
from makegood.programme.delivery import Delivery
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Answer, AnswerStatus, Candidacy, Identity, Response, State
from makegood_portal.ledger.queries.candidates import name_of
from makegood_portal.ledger.remembered import remembered
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said

MOST_LEFT_OPEN = 100


@dataclass(frozen=True, kw_only=True)
class Filling:
    """A response, its questionnaire, its answers and how far it is."""

    id: UUID
    candidacy: UUID
    person: UUID
    programme: UUID
    about: str
    pseudonym: str
    state: str
    medium: str
    started_on: date
    title: str
    """In the language of the page."""
    form: Questionnaire
    given: Mapping[str, Given]
    progress: Progress
    mine: bool
    """Whether the asker may write in it, and does not only read it."""
    asks_consent: bool
    """Whether it asks what may be shared."""
    asks_contact: bool
    """Whether it asks how to keep contact, so that this stands ready where it is kept."""


@dataclass(frozen=True, kw_only=True)
class OfCandidate:
    """An instrument of the programme, and how far one candidate is with it."""

    code: str
    title: str
    response: UUID | None
    state: str
    answered: int
    asked: int


@dataclass(frozen=True, kw_only=True)
class OfStep:
    """A form of a step: how many required questions are open there, and whether the step need not wait for it."""

    title: str
    begun: bool
    left: int
    done: bool


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Whose questionnaires they are."""

    id: UUID
    person: UUID
    about: str
    instruments: tuple[OfCandidate, ...]
    mine: bool
    """Whether the asker may write in the file, and does not only read it."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What is missing of one instrument, item by item, over everybody whom the asker may see."""

    programme: UUID
    code: str
    title: str
    of: str
    """The programme, where there are several; empty where there is one."""
    responses: int
    items: tuple[tuple[str, ItemMissing], ...]
    """The words of an item, and how it fared."""
    required: frozenset[str]
    """The items that want an answer or a reason."""


def given(response: Response) -> dict[str, Given]:
    """The answers of a response, by item. One query."""
    return {row.item: _given(row) for row in Answer.objects.filter(response=response)}


def _given(row: Answer) -> Given:
    if row.status == AnswerStatus.GIVEN:
        return Given(str(row.value), source=row.source)
    return Given(non_answer=next((code for code in NON_ANSWERS if code == row.status), "not_asked"), source=row.source)


def shown(answer: Given | None) -> str:
    """An answer as a page shows it, to compare with when it comes back."""
    return "" if answer is None else answer.non_answer or answer.value


def filling(scope: Scope, key: UUID) -> Filling | None:
    """One response; None: not there and not yours are the same answer."""
    rows = access.visible(Response.objects.filter(pk=key), scope).select_related("candidacy__person", "questionnaire")
    rows = rows.annotate(mine=Exists(access.writable(Response.objects.filter(pk=OuterRef("pk")), scope)))
    row: Any = rows.defer("questionnaire__definition").first()
    if row is None:
        return None
    identity = access.visible(Identity.objects.filter(candidacy=row.candidacy_id), scope).first()
    form, answers = terms.questionnaire(row.questionnaire_id), given(row)
    delivery = terms.deliveries_on({row.candidacy.programme_id}, timezone.localdate()).get(row.candidacy.programme_id)
    instrument = delivery.instruments.get(row.questionnaire.code) if delivery else None
    return Filling(
        id=row.pk,
        candidacy=row.candidacy_id,
        person=row.candidacy.person_id,
        programme=row.candidacy.programme_id,
        about=name_of(identity, of=row.candidacy_id) or row.candidacy.person.pseudonym,
        pseudonym=row.candidacy.person.pseudonym,
        state=row.state,
        medium=row.medium,
        started_on=row.started_on,
        title=terms.title_of_form(row.candidacy.programme_id, row.questionnaire.code, form, timezone.localdate()),
        form=form,
        given=answers,
        progress=progress(form, answers),
        mine=row.mine,
        asks_consent=bool(instrument and instrument.consents),
        asks_contact=bool(instrument and (instrument.contact_routes or instrument.first_appointment)),
    )


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A questionnaire to print for one candidate, begun or not."""

    person: UUID
    pseudonym: str
    title: str
    form: Questionnaire


def sheet(scope: Scope, candidacy: UUID, code: str) -> Sheet | None:
    """The form that a candidate began, else the newest of the programme; None: not there and not yours are the same answer."""
    row = access.writable(Candidacy.objects.filter(pk=candidacy), scope).select_related("person").first()
    if row is None:
        return None
    begun = _newest(scope, row, [code]).get(code)
    held = {} if begun else terms.questionnaires_of(row.programme_id, [code])
    if begun is None and code not in held:
        return None
    form = terms.questionnaire(begun.questionnaire_id if begun else held[code][0])
    title = terms.title_of_form(row.programme_id, code, form, timezone.localdate())
    return Sheet(person=row.person_id, pseudonym=row.person.pseudonym, title=title, form=form)


def of_candidate(scope: Scope, candidacy: UUID) -> Candidate | None:
    """The instruments of the programme with the newest response of one candidate."""
    writes = Exists(access.writable(Candidacy.objects.filter(pk=OuterRef("pk")), scope))
    row: Any = access.visible(Candidacy.objects.filter(pk=candidacy), scope).annotate(mine=writes).select_related("person").first()
    if row is None:
        return None
    identity = access.visible(Identity.objects.filter(candidacy=row), scope).first()
    delivery = terms.deliveries_on({row.programme_id}, timezone.localdate()).get(row.programme_id)
    instruments = instruments_of(scope, row, delivery, delivery.instruments) if delivery else ()
    about = name_of(identity, of=row.pk) or row.person.pseudonym
    return Candidate(id=row.pk, person=row.person_id, about=about, instruments=instruments, mine=row.mine)


def instruments_of(scope: Scope, row: Candidacy, delivery: Delivery, codes: Collection[str]) -> tuple[OfCandidate, ...]:
    """These instruments, with the newest response of one candidate to each. One query."""
    if not codes:
        return ()
    newest, found = _newest(scope, row, codes), []
    for code in codes:
        one = newest.get(code)
        found.append(
            OfCandidate(
                code=code,
                title=said(delivery.instruments[code].title),
                response=one.pk if one else None,
                state=one.state if one else "",
                answered=one.answered_count if one else 0,
                asked=one.asked_count if one else 0,
            )
        )
    return tuple(found)


def _newest(scope: Scope, row: Candidacy, codes: Collection[str]) -> dict[str, Response]:
    responses = access.visible(Response.objects.filter(candidacy=row, questionnaire__code__in=codes), scope)
    rows = responses.select_related("questionnaire").defer("questionnaire__definition").order_by("recorded_at")
    return {one.questionnaire.code: one for one in rows}


def instruments_of_step(scope: Scope, row: Candidacy, delivery: Delivery, *, today: date) -> tuple[OfStep, ...]:
    """What is to be filled in at the step of a candidate, and how far it is; not what retired or was never taken in. Three queries.

    A form that a later step names too is finished there: at this one the candidate's own answers are enough.
    """
    taken = [code for code in delivery.steps[row.step].instruments if not _retired(delivery, code, today)]
    held = terms.questionnaires_of(row.programme_id, taken) if taken else {}
    newest = _newest(scope, row, [code for code in taken if code in held])
    given: dict[UUID, dict[str, Given]] = defaultdict(dict)
    for answer in Answer.objects.filter(response__in=[one.pk for one in newest.values()]) if newest else ():
        given[answer.response_id][answer.item] = _given(answer)
    after = delivery.order[delivery.order.index(row.step) + 1 :]
    later = {code for step in after for code in delivery.steps[step].instruments}
    found = []
    for code in (code for code in taken if code in held):
        one = newest.get(code)
        form = terms.questionnaire(one.questionnaire_id if one else held[code][0])
        told = {item.name for item in form.items if item.told}
        left = progress(form, given[one.pk] if one else {}).required_unanswered
        here = [item for item in left if code not in later or item in told]
        done = not here and (one.state == "finished" if one and code not in later else one is not None)
        title = said(delivery.instruments[code].title)
        found.append(OfStep(title=title, begun=one is not None, left=len(here), done=done))
    return tuple(found)


def _retired(delivery: Delivery, code: str, today: date) -> bool:
    retired_on = delivery.instruments[code].retired_on
    return retired_on is not None and retired_on <= today


@dataclass(frozen=True, kw_only=True)
class LeftOpen:
    """A questionnaire that is open though its step is done."""

    response: UUID
    name: str
    """Of the candidate; the pseudonym for who may not know it."""
    title: str


def opened_again(scope: Scope, *, today: date) -> QuerySet[Response]:
    """Questionnaires that the asker can finish, open though the last step that names them is done: opened again, and left so."""
    past = Q(pk__in=[])
    keys = {key for found in (scope.programmes or {}).values() for key in found}
    for programme, delivery in terms.deliveries_on(keys, today).items():
        for code in delivery.instruments:
            at = [place for place, step in enumerate(delivery.order) if code in delivery.steps[step].instruments]
            done = Q(candidacy__step__in=delivery.order[max(at) + 1 :]) if at else Q(pk__in=[])
            past |= Q(done, candidacy__programme=programme, questionnaire__code=code)
    return access.writable(Response.objects.filter(past, state="open", candidacy__state__in=[State.OPEN, State.STARTED]), scope)


def left_open(scope: Scope, *, today: date) -> tuple[LeftOpen, ...]:
    """The first of these, the oldest on top. Two queries."""
    rows = opened_again(scope, today=today).select_related("candidacy__person", "questionnaire").defer("questionnaire__definition")
    found = list(rows.order_by("recorded_at", "id")[:MOST_LEFT_OPEN])
    known = access.visible(Identity.objects.filter(candidacy__in=[row.candidacy_id for row in found]), scope)
    names = {one.candidacy_id: name_of(one, of=one.candidacy_id) for one in known}
    deliveries = terms.deliveries_on({row.candidacy.programme_id for row in found}, today)
    return tuple(
        LeftOpen(
            response=row.pk,
            name=names.get(row.candidacy_id) or row.candidacy.person.pseudonym,
            title=said(deliveries[row.candidacy.programme_id].instruments[row.questionnaire.code].title),
        )
        for row in found
    )


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """What no form of a programme asks, since it is measured elsewhere."""

    title: str
    measured_by: str
    why: str


def measured_elsewhere(scope: Scope, *, today: date) -> tuple[Elsewhere, ...]:
    """What the programmes of the asker do not ask on purpose, each once. One query."""
    keys = {key for found in (scope.programmes or {}).values() for key in found}
    named = [one for delivery in terms.deliveries_on(keys, today).values() for one in delivery.measured_elsewhere.values()]
    return tuple(dict.fromkeys(Elsewhere(title=said(one.title), measured_by=said(one.measured_by), why=said(one.why)) for one in named))


def missing(scope: Scope) -> tuple[tuple[Missing, ...], datetime | None]:
    """Item by item, for the newest version of each instrument, over everybody whom the asker may see; and when it was counted.

    The moment is None where it was counted just now; with many responses the count is kept for some minutes.
    """
    (totals, by_form), counted_at = remembered(scope, "missing by form", _number, lambda: _counts(scope))
    today, several = timezone.localdate(), len({programme for programme, *_ in totals.values()}) > 1
    found = []
    for key, (programme, code, responses) in totals.items():
        form = terms.questionnaire(key)
        items = [(_words(item.label), by_form.get(key, {})[item.name]) for item in form.items if item.name in by_form.get(key, {})]
        required = frozenset(item.name for item in form.items if item.required)
        title, of = terms.title_of_form(programme, code, form, today), terms.title_on(programme, today, else_="") if several else ""
        counted = Missing(
            programme=programme, code=code, title=title, of=of, responses=responses, items=tuple(items), required=required
        )  # fmt: skip
        found.append(counted)
    return tuple(sorted(found, key=lambda one: -one.responses)), counted_at


Totals = dict[UUID, tuple[UUID, str, int]]


def _number(counted: tuple[Totals, object]) -> int:
    """Of how many responses these are."""
    return sum(responses for *_, responses in counted[0].values())


def _counts(scope: Scope) -> tuple[Totals, dict[UUID, dict[str, ItemMissing]]]:
    """Questionnaire -> programme, code and number of responses; and item -> how it fared: `counting.ledger_missing` looks
    once a response whether it may be seen, not once an answer.
    """
    counted = access.visible(Response.objects.all(), scope).values_list("questionnaire", "questionnaire__programme", "questionnaire__code")
    totals = {key: (programme, code, responses) for key, programme, code, responses in counted.annotate(Count("id")).order_by()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_missing(%s)", [list(totals)])
        rows = cursor.fetchall()
    found: dict[UUID, dict[str, ItemMissing]] = {}
    for key, item, *numbers in rows:
        found.setdefault(key, {})[item] = ItemMissing(item, *numbers)
    return totals, found


def _words(label: Mapping[str, str]) -> str:
    from django.utils.translation import get_language  # noqa: PLC0415 - the language of the page

    language = (get_language() or "en")[:2]
    return label.get(language) or label.get("") or next(iter(label.values()), "")
