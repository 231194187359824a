"""What waits for somebody: candidates at the steps in which the asker acts, and one candidate's step with its exits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When

from makegood.programme.delivery import Delivery
from makegood.selection.steps import reasons_at, time_left
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Candidacy, EligibilityAssessment, Identity, State
from makegood_portal.ledger.queries import excluding
from makegood_portal.ledger.queries.candidates import ends_for, name_of, steps_of
from makegood_portal.ledger.queries.permissions import Answering, answering, is_granted, permission_of, waits_for_an_answer
from makegood_portal.ledger.queries.questionnaires import OfStep, instruments_of_step
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said

PAGE = 50
TICKED = 25
"""A page of a step that is done for several at once: each is looked at on a phone too, so that ticking all means these."""


@dataclass(frozen=True, kw_only=True)
class StepCount:
    """A step in which the asker acts, with how many wait there and how many are past their day."""

    programme: UUID
    step: str
    task: str
    """What is to be done: its title says that it is done."""
    does: str
    bulk: bool
    leaves: bool
    """Whether somebody may leave here, for one of the reasons of the programme."""
    kind: str
    waiting: int
    overdue: int
    asked: int
    """Who wait there for the answer of a municipality that was asked: nothing to do for them now, and not among `waiting`."""

    @property
    def all(self) -> int:
        """Everybody at the step."""
        return self.waiting + self.asked


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A candidate who waits at a step."""

    id: UUID
    pseudonym: str
    name: str
    prison: str
    due_on: date | None
    overdue: bool
    release_on: date | None
    time_left: str
    excluding: bool
    """Whether a programme of a municipality may keep the candidate out."""
    answering: Answering | None
    """At the step in which permission is asked: where that stands; None where nobody was asked yet."""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The steps of the asker, and a page of those who wait at one of them."""

    steps: tuple[StepCount, ...]
    chosen: StepCount | None
    lines: tuple[Waiting, ...]
    channels: Sequence[tuple[str, str]]
    number: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class StepForm:
    """What may be done with one candidate now: pass the step, or leave it with one of these reasons."""

    step: str
    title: str
    does: str
    kind: str
    state: str
    acts: bool
    may_end: bool
    """Whether the asker may say that they do not go on, or do after all."""
    no_advice: bool
    """Whether a track is advised here and nobody kept the advice: then none stands chosen at the contract."""
    not_permitted: bool
    """Whether it is the step in which permission is asked, and nobody gave it yet: it is done by the answer, not by hand."""
    answering: Answering | None
    """Where that stands; None where nobody was asked yet."""
    next_title: str
    due_on: date | None
    channels: Sequence[tuple[str, str]]
    instruments: tuple[OfStep, ...]
    """What is filled in at this step; the step waits for all of it."""
    reasons: Mapping[str, tuple[str, Sequence[tuple[str, str]]]]
    """List -> its title, and its codes with their words."""


def queue(scope: Scope, *, today: date, programme: UUID | None = None, step: str = "", number: int = 1) -> Queue:
    """One count for all steps, one page of one step: eight queries, whatever the number of candidates."""
    rows = access.visible(Candidacy.objects.filter(state=State.OPEN), scope)
    deliveries = terms.deliveries_on({key for keys in (scope.programmes or {}).values() for key in keys}, today)
    asked_last = Case(When(waits_for_an_answer(deliveries), then=Value(1)), default=Value(0))
    rows = rows.annotate(asked=asked_last)
    to_do, late = Q(asked=0), Q(asked=0, step_due_on__lt=today)
    counted = rows.order_by().values("programme", "step")
    counted = counted.annotate(waiting=Count("id", filter=to_do), overdue=Count("id", filter=late), others=Count("id", filter=~to_do))
    counts = {(row["programme"], row["step"]): (row["waiting"], row["overdue"], row["others"]) for row in counted}
    steps: list[StepCount] = []
    for key, delivery in deliveries.items():
        for name in steps_of(delivery, scope):
            there = counts.get((key, name), (0, 0, 0))
            if any(there):
                steps.append(_count(key, name, delivery, *there, today=today))
    chosen = next((one for one in steps if one.step == step and programme in (None, one.programme)), None)
    if chosen is None:
        chosen = max(steps, key=lambda one: (one.overdue, one.waiting), default=None)
    if chosen is None:
        return Queue(steps=(), chosen=None, lines=(), channels=(), number=1, more=False)
    delivery = deliveries[chosen.programme]
    size = TICKED if chosen.bulk else PAGE
    start = (max(number, 1) - 1) * size
    due_first: tuple[Any, ...] = (F("step_due_on").asc(nulls_last=True), F("release_on").asc(nulls_last=True), "id")
    if chosen.asked:
        due_first = ("asked", *due_first)
    waiting = rows.filter(programme=chosen.programme, step=chosen.step).order_by(*due_first)
    here = Candidacy.objects.annotate(asked=asked_last).filter(pk__in=waiting.values("pk")[start : start + size + 1])
    page = list(here.select_related("person", "prison").order_by(*due_first))
    names = {one.candidacy_id: one for one in access.visible(Identity.objects.filter(candidacy__in=[row.pk for row in page]), scope)}
    here_now = [row.pk for row in page[:size]]
    kept_out = excluding.among(scope, here_now, today=today)
    asked = answering(scope, here_now, today=today) if chosen.kind == "permission" else {}
    lines = tuple(
        _waiting(row, names.get(row.pk), delivery, today, excluding=row.pk in kept_out, asked=asked.get(row.pk)) for row in page[:size]
    )
    return Queue(
        steps=tuple(steps),
        chosen=chosen,
        lines=lines,
        channels=_channels(delivery, chosen.step, today),
        number=max(number, 1),
        more=len(page) > size,
    )


def step_form(scope: Scope, candidacy: UUID, *, today: date) -> StepForm | None:
    """What may be done with one candidate; None: not there and not yours are the same answer."""
    writes = Exists(access.writable(Candidacy.objects.filter(pk=OuterRef("pk")), scope))  # who may only look for an hour does no step
    row: Any = access.visible(Candidacy.objects.filter(pk=candidacy), scope).annotate(writes=writes).first()
    if row is None:
        return None
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    if delivery is None or row.step not in delivery.steps:
        return None
    step = delivery.steps[row.step]
    not_permitted = step.kind == "permission" and permission_of(row.programme_id, today) is not None and not is_granted(row.pk)
    after = delivery.order[delivery.order.index(row.step) + 1 :] if row.step in delivery.order else []
    return StepForm(
        step=row.step,
        title=said(step.title),
        does=said(step.does),
        kind=step.kind,
        state=row.state,
        acts=(acts := row.writes and row.step in steps_of(delivery, scope)),
        may_end=acts or (row.writes and ends_for(scope, row)),
        no_advice=_no_advice(scope, row, delivery),
        not_permitted=not_permitted,
        answering=answering(scope, [row.pk], today=today).get(row.pk) if not_permitted else None,
        next_title=said(delivery.steps[after[0]].title) if after else "",
        due_on=row.step_due_on,
        channels=_channels(delivery, row.step, today),
        instruments=instruments_of_step(scope, row, delivery, today=today),
        reasons={
            name: (
                said(delivery.reasons[name].title),
                [(code, said(delivery.reasons[name].reasons[code].title)) for code in codes],
            )
            for name, codes in reasons_at(delivery, row.step, on=today).items()
        },
    )


def _no_advice(scope: Scope, row: Candidacy, delivery: Delivery) -> bool:
    """One query, and none where no track is advised at this step."""
    here = [one for name in delivery.steps[row.step].criteria for one in delivery.criteria[name].criteria.values()]
    if row.contract_on is not None or not any(one.effect == "advises" for one in here):
        return False
    return not access.visible(EligibilityAssessment.objects.filter(candidacy=row), scope).exists()


def _count(programme: UUID, name: str, delivery: Delivery, waiting: int, overdue: int, asked: int, *, today: date) -> StepCount:
    step = delivery.steps[name]
    return StepCount(
        programme=programme, step=name, task=said(step.task or step.title), does=said(step.does), bulk=step.bulk, kind=step.kind,
        leaves=bool(reasons_at(delivery, name, on=today)), waiting=waiting, overdue=overdue, asked=asked,
    )  # fmt: skip


def _channels(delivery: Delivery, step: str, today: date) -> list[tuple[str, str]]:
    """How candidates hear of the programme, asked where they are informed."""
    if delivery.steps[step].kind != "inform":
        return []
    return [(code, said(one.title)) for code, one in delivery.channels.items() if one.retired_on is None or today < one.retired_on]


def _waiting(
    row: Candidacy, identity: Identity | None, delivery: Delivery, today: date, *, excluding: bool, asked: Answering | None
) -> Waiting:
    left = time_left(delivery.end_date, end_date=row.release_on, on=today) if delivery.end_date else "in_time"
    return Waiting(
        id=row.pk,
        pseudonym=row.person.pseudonym,
        name=name_of(identity, of=row.pk),
        prison=row.prison.name if row.prison else "",
        due_on=row.step_due_on,
        overdue=row.step_due_on is not None and row.step_due_on < today,
        release_on=row.release_on,
        time_left=left,
        excluding=excluding,
        answering=asked,
    )
