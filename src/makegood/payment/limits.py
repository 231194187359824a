"""Limits, in the order in which the agreement writes them: each takes from what the one before it left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from makegood.payment.claims import calendar_period
from makegood.payment.entries import Entry, first_note, money, words_asked
from makegood.payment.facts import Books
from makegood.payment.figures import work_out
from makegood.payment.scope import Scope, chosen_by
from makegood.programme.money_terms import PERIODS, Limit
from makegood.values.currency import EXACT, minor_unit, split
from makegood.values.month import add_months


def apply_limit(name: str, limit: Limit, entries: Sequence[Entry], books: Books) -> None:
    """Cut `left` of the entries that a limit covers, and note what it cut (and what it carries forward)."""
    if limit.retired_on is not None and books.as_of >= limit.retired_on:
        return
    covered = [entry for entry in entries if covers(limit, entry)]
    groups: dict[tuple[Hashable, ...], list[Entry]] = defaultdict(list)
    for entry in covered:
        groups[tuple(key_of(per, entry, books) for per in limit.per if not (limit.carries_forward and per in PERIODS))].append(entry)
    for group in groups.values():
        if limit.carries_forward:
            _carry(name, limit, group, books)
            continue
        ceiling, note = ceiling_of(name, limit, group, books)
        if limit.of != "money" and not note:
            _by_count(name, limit, group, ceiling, books)
        elif limit.cut == "in_proportion":
            _in_proportion(name, group, ceiling, books)
        else:
            _latest_first(name, group, ceiling)
        for entry in group if note else ():
            entry.note = "; ".join(filter(None, (entry.note, note)))


def covers(limit: Limit, entry: Entry) -> bool:
    """Whether a limit speaks of an entry."""
    values = {column: entry.scope.value(column) for column in ("cohort", "class", "payer", "phase", "component")}
    return (
        (not limit.lines or entry.line in limit.lines)
        and limit.payer in (None, entry.payer)
        and chosen_by(limit.only, values, entry.scope.on)
    )


def key_of(per: str, entry: Entry, books: Books) -> Hashable:
    """What an entry is grouped by under `per`."""
    if per == "person":
        return entry.person
    if per in ("line", "metric", "payer"):
        return str(getattr(entry, per))
    if per == "period":
        return entry.scope.period
    if per in PERIODS:
        return calendar_period(entry.scope.on or books.as_of, per, books.terms.programme.calendar.starts_on)
    return str(entry.scope.value(per))


def ceiling_of(name: str, limit: Limit, group: Sequence[Entry], books: Books) -> tuple[Decimal, str]:
    """What a limit allows a group, worked out for what its entries have in common; 0 and why, where that is not known."""
    columns = ("cohort", "class", "payer", "phase", "component")
    values = {column: group[0].scope.value(column) for column in columns if len({entry.scope.value(column) for entry in group}) == 1}
    line = group[0].line if len({entry.line for entry in group}) == 1 else None
    day = max((entry.scope.on for entry in group if entry.scope.on is not None), default=None)
    scope = scope_in_common(values, line, day)
    if "person" in limit.per and "same_person" in words_asked(books):
        scope = replace(scope, claimant=group[0].person)
    node = work_out(limit.at_most, ("limits", name, "at_most"), scope=scope, books=books)
    if node.value is None:
        return Decimal(0), f"nothing is paid while the limit '{name}' is not known: {first_note(node)}"
    return max(money(node.value, books) if limit.of == "money" else node.value, Decimal(0)), ""


def scope_in_common(values: Mapping[str, Any], line: str | None, day: date | None) -> Scope:
    """The scope for which a limit is worked out: what all facts of a group have in common."""
    fields: dict[str, Any] = {"class_" if column == "class" else column: value for column, value in values.items()}
    return replace(Scope(line=line, on=day), **fields)


def _cut(name: str, entry: Entry, amount: Decimal) -> None:
    if amount > 0:
        entry.left -= amount
        entry.cuts[name] = entry.cuts.get(name, Decimal(0)) + amount


def _latest_first(name: str, group: Sequence[Entry], ceiling: Decimal) -> None:
    room = ceiling
    for entry in group:
        kept = min(entry.left, room)
        room -= kept
        _cut(name, entry, entry.left - kept)


def _by_count(name: str, limit: Limit, group: Sequence[Entry], ceiling: Decimal, books: Books) -> None:
    """Of units, claims or persons beyond the ceiling nothing is paid; what earlier limits cut whole is not counted."""
    paid = [entry for entry in group if entry.left > 0]
    if limit.of == "units" or not any(entry.claim for entry in paid):
        counts = [entry.units or Decimal(0) for entry in paid]
        total, room = sum(counts, Decimal(0)), ceiling
        for entry, units in zip(paid, counts, strict=True):
            share = min(EXACT.divide(ceiling, total), Decimal(1)) if total else Decimal(0)
            part = EXACT.multiply(share, units) if limit.cut == "in_proportion" else min(units, room)
            room -= part
            kept = entry.left if part >= units else min(money(EXACT.divide(EXACT.multiply(entry.left, part), units), books), entry.left)
            _cut(name, entry, entry.left - kept)
        return
    seen: set[str] = set()
    for entry in paid:
        named = entry.person if limit.of == "persons" else str(len(seen))
        if named not in seen and len(seen) + 1 > ceiling:
            _cut(name, entry, entry.left)
        else:
            seen.add(named)


def _in_proportion(name: str, group: Sequence[Entry], ceiling: Decimal, books: Books) -> None:
    total = sum((entry.left for entry in group), Decimal(0))
    if total <= ceiling:
        return
    kept = split(ceiling, [entry.left for entry in group], minor_unit(books.terms.programme.currency))
    for entry, amount in zip(group, kept, strict=True):
        _cut(name, entry, entry.left - amount)


def _carry(name: str, limit: Limit, group: Sequence[Entry], books: Books) -> None:
    """First earned, first paid: what a period has no room for waits for the next, until the day of settlement."""
    per = next(per for per in limit.per if per in PERIODS)
    periods: dict[str, list[Entry]] = defaultdict(list)
    for entry in group:
        periods[str(key_of(per, entry, books))].append(entry)
    names = sorted({*periods, *(_periods_until(per, group, books) if per != "period" else ())})
    waiting: list[tuple[Entry, Decimal]] = []
    paid: dict[int, Decimal] = defaultdict(Decimal)
    for period in names:
        waiting += [(entry, entry.left) for entry in periods.get(period, [])]
        sample = periods.get(period) or [entry for entry, _ in waiting]
        room, note = ceiling_of(name, limit, sample, books) if sample else (None, "")
        for entry in sample if note else ():
            entry.note = note
        still = []
        for entry, amount in waiting:
            now = amount if room is None else min(amount, room)
            room = None if room is None else room - now
            paid[id(entry)] += now
            if amount > now:
                still.append((entry, amount - now))
        waiting = still
    for entry in group:
        short = entry.left - paid[id(entry)]
        if short > 0:
            _cut(name, entry, short)
            entry.carried[name] = short


def _periods_until(per: str, group: Sequence[Entry], books: Books) -> list[str]:
    """Every period from the first entry to the day of settlement, those without entries too."""
    starts_on = books.terms.programme.calendar.starts_on
    day: date = min((entry.scope.on for entry in group if entry.scope.on is not None), default=books.as_of)
    names = []
    while day <= books.as_of:
        names.append(calendar_period(day, per, starts_on))
        day = add_months(day, 1)
    return [*names, calendar_period(books.as_of, per, starts_on)]
