"""The funnel of a programme as of a day: from list to start, per prison, month and reason, against the plan.

The database counts (`ledger.counting`), from dated events and never from where somebody stands now; what is said of the
counts says the engine. A register of many is counted once in a while and kept: the page says when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from makegood.programme.delivery import Delivery
from makegood.programme.root import Programme as Terms
from makegood.selection.funnel import Counts, Flow, StepShares, flows_of, reasons_of, shares_of, together
from makegood.selection.intake import Forecast, Warned, early_warnings, forecast, planned_by
from makegood.selection.shares import Share
from makegood.selection.waiting import Wait
from makegood_portal.ledger import terms
from makegood_portal.ledger.access import COUNT_OWN, COUNT_WHOLE
from makegood_portal.ledger.models import Programme
from makegood_portal.ledger.queries import funnel_counts
from makegood_portal.ledger.queries.funnel_counts import Cell, Cube, May
from makegood_portal.ledger.remembered import keep, kept
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said

FEW = 5
"""Who may count and not see each person gets no group of fewer than this: it goes together with the next smallest."""

K = TypeVar("K")


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """A step: how many did it, where the others went, and how long it takes."""

    code: str
    title: str
    shares: StepShares
    left: int
    """Left before doing it."""
    waiting: int
    """On the way to it."""
    outside: int
    """Did it without having stood on a list."""
    wait: Wait | None
    minutes: int | None
    """The time that one candidate takes in the programme file; None where it names none."""

    @property
    def hours(self) -> float | None:
        """The time that all who did it took together, by the minutes of the programme file."""
        return None if self.minutes is None else (self.shares.reached + self.outside) * self.minutes / 60


@dataclass(frozen=True, kw_only=True)
class GroupLine:
    """A prison, or a month of the list; several together where each alone would be too few to show."""

    names: tuple[str, ...]
    month: date | None
    listed: int
    chosen: Share
    started: Share
    started_of_chosen: Share
    open: int
    filled: Share | None = None
    """Answers given, of all that were asked in the questionnaires of this prison."""
    finished: Share | None = None
    """Questionnaires finished, of those begun."""


@dataclass(frozen=True, kw_only=True)
class ChannelLine:
    """A way in which candidates hear of the programme, and what came of it."""

    title: str
    informed: int
    chosen: Share
    started: Share


@dataclass(frozen=True, kw_only=True)
class ReasonList:
    """Why candidates left, in the words of one organisation. A code None stands for reasons that are few each."""

    title: str
    total: int
    rows: Sequence[tuple[str | None, Share]]


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """One programme, as of a day."""

    programme: UUID
    title: str
    programmes: Sequence[tuple[UUID, str]]
    site_title: str
    as_of: date
    counted_at: datetime
    prison: UUID | None
    month: date | None
    prisons: Sequence[tuple[UUID, str]]
    months: Sequence[date]
    whole: bool
    """Everybody in the programme; else the own prison only."""
    too_few: bool
    """The choice leaves too few to show to this asker."""
    listed: int
    chosen: int
    started: int
    outside: int
    """Of those who started: how many never stood on a list."""
    uptake: Share
    steps: Sequence[StepLine]
    flows: Sequence[Flow]
    titles: Mapping[str, str]
    chosen_title: str
    dropped: Share
    """Of those who were selected: who left before the start. Who is still on the way counts as not."""
    dropped_reasons: Sequence[ReasonList]
    reasons: Sequence[ReasonList]
    channels: Sequence[ChannelLine]
    by_prison: Sequence[GroupLine]
    by_month: Sequence[GroupLine]
    aim: float | None
    planned: float | None
    """Starts planned by the day."""
    forecast: Forecast | None
    intake_until: date | None
    warnings: Sequence[Warned]
    before_release: Wait | None
    """Days between being selected and release."""
    release_title: str


@dataclass(frozen=True, kw_only=True)
class Uncounted:
    """A day of a programme with very many of which nothing is counted yet: the worker can do that, and the reader be told so."""

    programme: UUID
    title: str
    as_of: date


def programmes(scope: Scope) -> list[tuple[UUID, str]]:
    """The programmes in which the asker may count: key and title. Two queries."""
    found = {key for role in COUNT_WHOLE | COUNT_OWN for key in (scope.programmes or {}).get(role, ())}
    names = Programme.objects.filter(pk__in=found, active=True).values_list("pk", "name")
    return list(terms.programme_titles(dict(names), timezone.localdate()).items())


def days_offered(today: date) -> list[date]:
    """The days of which a funnel is mostly asked: today, and the ends of the last two months. The worker counts these beforehand."""
    last = today.replace(day=1) - timedelta(days=1)
    return [today, last, last.replace(day=1) - timedelta(days=1)]


def funnel(
    scope: Scope, *, as_of: date, programme: UUID | None = None, prison: UUID | None = None, month: date | None = None, keeps: bool = False
) -> Funnel | None:
    """The funnel of a programme; None where there is none for the asker. Seven queries at most, whatever the number of candidates.

    `keeps`: the counts are kept however few they are of.
    """
    countable = _countable(scope, as_of, programme)
    return None if countable is None else _counted(countable, prison, month, keeps=keeps)


def funnel_or_wait(
    scope: Scope, *, as_of: date, today: date, programme: UUID | None = None, prison: UUID | None = None, month: date | None = None
) -> Funnel | Uncounted | None:
    """The same, but a day that takes long to count is not counted here. One query more."""
    countable = _countable(scope, as_of, programme)
    if countable is None:
        return None
    now = terms.deliveries_on({countable.key}, today).get(countable.key) if as_of != today else None
    if now and funnel_counts.long_to_count(countable.key, now, countable.delivery, countable.may, as_of=as_of, today=today):
        title = dict(countable.known)[countable.key]
        return Uncounted(programme=countable.key, title=title, as_of=as_of)
    return _counted(countable, prison, month)


@dataclass(frozen=True)
class _Countable:
    """A programme in which the asker may count, and what was agreed in it on the day."""

    key: UUID
    known: Sequence[tuple[UUID, str]]
    delivery: Delivery
    may: May
    as_of: date


def _countable(scope: Scope, as_of: date, programme: UUID | None) -> _Countable | None:
    known = programmes(scope)
    key = programme if programme in dict(known) else next((one for one, _ in known), None)
    if key is None:
        return None
    delivery = terms.deliveries_on({key}, as_of).get(key)
    may = funnel_counts.may_count(key, delivery) if delivery else None
    if delivery is None or may is None or not (may.whole or may.own):
        return None
    return _Countable(key, known, delivery, may, as_of)


def _counted(one: _Countable, prison: UUID | None, month: date | None, *, keeps: bool = False) -> Funnel:
    # Finished, in the language of the page, for all who may count the same.
    counts = funnel_counts.key_of(one.key, one.delivery, one.may, as_of=one.as_of)
    choice = f"told:{counts}:{one.may.small}:{prison}:{month}:{get_language()}"
    told = kept(choice)
    if isinstance(told, Funnel):
        return replace(told, programmes=one.known)
    cube = funnel_counts.count_funnel(one.key, one.delivery, one.may, as_of=one.as_of, keeps=keeps)
    agreement = terms.programme_on(one.key, one.as_of)
    found = _Told(**vars(one), agreement=agreement, cube=cube).funnel(prison, month)
    if cube.kept:
        keep(choice, found, seconds=funnel_counts.KEPT_FOR.total_seconds())
    return found


def keep_for_prisons(scope: Scope, *, as_of: date) -> dict[UUID, list[UUID]]:
    """After the whole was counted: what each prison may count of it, kept for them. Programme -> its prisons."""
    found = {}
    for key, _ in programmes(scope):
        delivery = terms.deliveries_on({key}, as_of).get(key)
        may = funnel_counts.may_count(key, delivery) if delivery else None
        cube = funnel_counts.kept_cube(key, delivery, may, as_of=as_of) if delivery and may and may.whole else None
        if delivery and may and may.everybody and cube:
            found[key] = funnel_counts.keep_for_prisons(key, delivery, may, cube, as_of=as_of)
    return found


def warnings(scope: Scope, *, today: date, of: Iterable[UUID]) -> list[Warned]:
    """What the rules of the programme files warn of today, for who counts the whole of a programme. Three queries a programme."""
    if not scope.has(*COUNT_WHOLE):
        return []
    found: list[Warned] = []
    for key, delivery in terms.deliveries_on(list(of), today).items():
        calendar = terms.programme_on(key, today).calendar
        if delivery.plan is None or delivery.plan.early_warning is None or calendar.intake_from is None or calendar.intake_until is None:
            continue
        may = funnel_counts.may_count(key, delivery) if calendar.intake_from <= today < calendar.intake_until else None
        if may is None or not may.whole:
            continue
        rows = funnel_counts.count_intake(key, delivery, may, as_of=today).rows
        found += early_warnings(
            delivery,
            starts=[row[2] for row in rows if row[0] == "start" for _ in range(row[3])],
            last_informed={may.sites[row[1]]: row[2] for row in rows if row[0] == "informed" and row[1] in may.sites},
            intake_from=calendar.intake_from,
            intake_until=calendar.intake_until,
            as_of=today,
        )
    return found


@dataclass(frozen=True)
class _Told(_Countable):
    """What is needed to say something of the counts of one programme."""

    agreement: Terms
    cube: Cube

    def funnel(self, prison: UUID | None, month: date | None) -> Funnel:
        """The funnel of what was chosen; a prison or month that is not to be chosen counts as none."""
        delivery, may, order = self.delivery, self.may, self.delivery.order
        chosen = funnel_counts.chosen_step(delivery)
        cells = funnel_counts.cells(self.cube, order)
        by_prison = _grouped({cell: counts for cell, counts in cells.items() if cell[1]}, lambda cell: cell[0])
        prisons = [(key, name) for key, name in may.names.items() if may.small or _size(by_prison.get(key)) >= FEW]
        prison = prison if prison in dict(prisons) else None
        here = {cell: counts for cell, counts in cells.items() if prison in (None, cell[0])}
        by_month = _grouped({cell: counts for cell, counts in here.items() if cell[1]}, lambda cell: cell[1])
        months = sorted(key for key, counts in by_month.items() if key and (may.small or counts.listed >= FEW))
        month = month if month in months else None
        mine = {cell: counts for cell, counts in here.items() if month in (None, cell[1])}
        listed = together(counts for cell, counts in mine.items() if cell[1])
        outside = together(counts for cell, counts in mine.items() if not cell[1])
        everybody = together(mine.values())
        titles = {step: said(delivery.steps[step].title) for step in order}
        after = order[order.index(chosen) :] if chosen else []
        done = order.index(chosen) + 1 if chosen else len(order)
        late = funnel_counts.exits_after(self.cube, done, prison=prison, month=month)
        chosen_n = everybody.reached[chosen] if chosen else 0
        planned, intake = self._intake(prison, month)
        return Funnel(
            programme=self.key,
            title=said(self.agreement.title),
            programmes=self.known,
            site_title=said(delivery.recruits_from.title),
            as_of=self.as_of,
            counted_at=self.cube.counted_at,
            prison=prison,
            month=month,
            prisons=prisons,
            months=months,
            whole=may.whole,
            too_few=not may.small and 0 < everybody.listed < FEW,
            listed=listed.listed,
            chosen=chosen_n,
            started=everybody.reached[order[-1]],
            outside=outside.reached[order[-1]],
            uptake=Share(listed.reached[order[-1]], listed.listed),
            steps=self._steps(listed, outside, titles, prison),
            flows=flows_of(listed, order=order),
            titles=titles,
            chosen_title=titles.get(chosen, ""),
            dropped=Share(sum(everybody.left_after[step] for step in after), chosen_n),
            dropped_reasons=_reasons(late, delivery, small=may.small),
            reasons=_reasons(everybody, delivery, small=may.small),
            channels=self._channels(done, prison, month),
            by_prison=self._prisons(by_prison, chosen),
            by_month=self._shown([_group((), key, by_month[key], order, chosen) for key in sorted(filter(None, by_month))]),
            aim=float(delivery.plan.uptake) if delivery.plan and delivery.plan.uptake is not None else None,
            planned=planned,
            forecast=intake,
            intake_until=self.agreement.calendar.intake_until,
            warnings=self._warnings() if prison is None and month is None else [],
            before_release=funnel_counts.before_release(self.cube, prison) if chosen else None,
            release_title=said(delivery.end_date.title) if delivery.end_date else "",
        )

    def _steps(self, listed: Counts, outside: Counts, titles: Mapping[str, str], prison: UUID | None) -> list[StepLine]:
        found, before = [], ["", *self.delivery.order]
        waits = funnel_counts.waits(self.cube, prison)
        for place, shares in enumerate(shares_of(listed, order=self.delivery.order)):
            left = listed.left_after[before[place]]
            found.append(
                StepLine(
                    code=shares.step,
                    title=titles[shares.step],
                    shares=shares,
                    left=left,
                    waiting=shares.of_step_before.of - shares.reached - left,
                    outside=outside.reached[shares.step],
                    wait=waits.get(place + 1),
                    minutes=self.delivery.steps[shares.step].minutes,
                )
            )
        return found

    def _channels(self, done: int, prison: UUID | None, month: date | None) -> list[ChannelLine]:
        """What each way of recruiting brings; `done` is the number of steps with which somebody is selected."""
        chosen = funnel_counts.channels(self.cube, done, prison=prison, month=month)
        started = funnel_counts.channels(self.cube, len(self.delivery.order), prison=prison, month=month)
        return [
            ChannelLine(title=said(one.title), informed=chosen[code].of, chosen=chosen[code], started=started[code])
            for code, one in self.delivery.channels.items()
            if code in chosen and (self.may.small or chosen[code].of >= FEW)
        ]

    def _prisons(self, groups: Mapping[UUID | None, Counts], chosen: str) -> list[GroupLine]:
        finished, filled = funnel_counts.filling(self.cube)
        names = self.may.names
        lines = [
            replace(
                _group((names.get(key, "–") if key else "–",), None, counts, self.delivery.order, chosen),
                finished=finished.get(key),
                filled=filled.get(key),
            )
            for key, counts in sorted(groups.items(), key=lambda item: (item[0] not in names, names.get(item[0], "") if item[0] else ""))
        ]
        return self._shown(lines)

    def _shown(self, lines: Sequence[GroupLine]) -> list[GroupLine]:
        return list(lines) if self.may.small else enough(lines)

    def _intake(self, prison: UUID | None, month: date | None) -> tuple[float | None, Forecast | None]:
        """Starts planned by the day, and the forecast to the end of intake; of a month of the list there is neither."""
        plan, calendar = self.delivery.plan, self.agreement.calendar
        site = self.may.sites.get(prison) if prison else None
        agreed = plan is not None and (self.may.whole if site is None and prison is None else any(row.site == site for row in plan.intake))
        if month is not None:
            return None, None
        planned = planned_by(plan, self.as_of + timedelta(days=1), site=site) if plan and agreed else None
        if calendar.intake_from is None or calendar.intake_until is None:
            return planned, None
        return planned, forecast(
            [day for where, _, day in funnel_counts.starts(self.cube) if prison in (None, where)],
            intake_from=calendar.intake_from,
            intake_until=calendar.intake_until,
            as_of=self.as_of,
            over=plan.forecast_over if plan else None,
            planned=planned_by(plan, calendar.intake_until, site=site) if plan and agreed else None,
        )

    def _warnings(self) -> list[Warned]:
        calendar = self.agreement.calendar
        if calendar.intake_from is None or calendar.intake_until is None:
            return []
        found = early_warnings(
            self.delivery,
            starts=[day for _, _, day in funnel_counts.starts(self.cube)],
            last_informed=funnel_counts.last_informed(self.cube, self.may),
            intake_from=calendar.intake_from,
            intake_until=calendar.intake_until,
            as_of=self.as_of,
        )
        own = {self.may.sites.get(key) for key in self.may.own}
        return found if self.may.whole else [one for one in found if one.site is not None and one.site in own]


def _grouped(cells: Mapping[Cell, Counts], key: Callable[[Cell], K]) -> dict[K, Counts]:
    groups: dict[K, list[Counts]] = {}
    for cell, counts in cells.items():
        groups.setdefault(key(cell), []).append(counts)
    return {name: together(found) for name, found in groups.items()}


def _size(counts: Counts | None) -> int:
    return counts.listed if counts else 0


def _group(names: tuple[str, ...], month: date | None, counts: Counts, order: Sequence[str], chosen: str) -> GroupLine:
    start, through = counts.reached[order[-1]], counts.reached[chosen] if chosen else 0
    return GroupLine(
        names=names,
        month=month,
        listed=counts.listed,
        chosen=Share(through, counts.listed),
        started=Share(start, counts.listed),
        started_of_chosen=Share(start, through),
        open=counts.open,
    )


def enough(lines: Sequence[GroupLine]) -> list[GroupLine]:
    """The same with no group of a few: those go together, and with the next smallest until they are enough."""
    few = [line for line in lines if line.listed < FEW]
    rest = sorted((line for line in lines if line.listed >= FEW), key=lambda line: line.listed)
    while few and sum(line.listed for line in few) < FEW and rest:
        few.append(rest.pop(0))
    if not few:
        return list(lines)
    kept = [line for line in lines if line not in few]
    if sum(line.listed for line in few) < FEW:
        return kept
    return [*kept, _merged(few)]


def _merged(few: Sequence[GroupLine]) -> GroupLine:
    def add(*shares: Share | None) -> Share:
        return Share(sum(share.n for share in shares if share), sum(share.of for share in shares if share))

    return GroupLine(
        names=tuple(name for line in few for name in line.names),
        month=None,
        listed=sum(line.listed for line in few),
        chosen=add(*(line.chosen for line in few)),
        started=add(*(line.started for line in few)),
        started_of_chosen=add(*(line.started_of_chosen for line in few)),
        open=sum(line.open for line in few),
        filled=add(*(line.filled for line in few)),
        finished=add(*(line.finished for line in few)),
    )


def _reasons(counts: Counts, delivery: Delivery, *, small: bool) -> list[ReasonList]:
    """Each list of reasons that was used, the most frequent first; lists are never added up."""
    found = []
    for name, listing in delivery.reasons.items():
        rows = reasons_of(counts, name)
        if not rows:
            continue
        words = {code: said(reason.title) for code, reason in listing.reasons.items()}
        told: list[tuple[str | None, Share]] = [(words.get(code, code), share) for code, share in rows.items() if small or share.n >= FEW]
        hidden = sum(share.n for share in rows.values()) - sum(share.n for _, share in told)
        total = sum(share.n for share in rows.values())
        if hidden and hidden < FEW and told:
            hidden += told.pop()[1].n
        if hidden:
            told.append((None, Share(hidden, total)))
        found.append(ReasonList(title=said(listing.title), total=total, rows=told))
    return found
