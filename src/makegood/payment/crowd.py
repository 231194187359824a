"""Claims of a crowd as columns: the same decisions as `claims`, `entries` and `limits`, for millions of rows.

The plain code is the referee: it prices one representative of each kind of claim and words every refusal; here only
the counting is done, in integers of the currency's minor unit. Terms that columns cannot carry (`supported`) are
left to the plain code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from makegood.cases.claim_columns import MISSING, ClaimColumns
from makegood.payment.admission import corrections, lines_for, problems_in
from makegood.payment.claims import ClaimPaid, Refusal, calendar_period, line_refuses, replaced_by, unfit
from makegood.payment.entries import Entry, counted_in_all, price_claim
from makegood.payment.facts import Books
from makegood.payment.figures import work_out
from makegood.payment.limits import scope_in_common
from makegood.payment.scope import group_id
from makegood.programme.figure import Choice, Figure, Selector
from makegood.programme.money_terms import PERIODS, Limit
from makegood.programme.pricing import OutcomePricing
from makegood.programme.walking import walk
from makegood.programme.yaml_text import Place
from makegood.values.currency import minor_unit
from makegood.values.problem import Refused

Rows = NDArray[np.int64]
GROUPED = ("cohort", "class", "payer", "phase")
FITS, REFUSED, WAITING = 0, 1, 2
NOT_YET = "waits until it is in order"
"""Stands for the reason that the plain code gives when it is asked."""
KINDS = 100_000
"""More kinds of claim than this are not a crowd of equals: the plain code takes them."""


def supported(books: Books) -> bool:
    """Whether columns can carry these terms and facts with the same outcome as the plain code."""
    programme = books.terms.programme
    terms = [term for _, term in books.terms.of_money]
    figures = [term for term in terms if isinstance(term, Figure)]
    rules = [pricing.sequence for pricing in programme.outcome_pricings.values() if pricing.sequence]
    doors = [door for rule in rules for door in (*rule.after, *rule.once_accepted)]
    ordered = list(programme.limits.values())
    first = next((index for index, limit in enumerate(ordered) if "payer" in limit.per or limit.payer is not None), len(ordered))
    shares = [commitment.share for commitment in programme.outcome_payment_commitments.values()]
    return (
        not books.results
        and len({len(books.agreement.on(day).amendments) for day in books.agreement.versions() if day is None or day <= books.as_of}) == 1
        and not any(figure.claims or figure.accepted or figure.this_claim in ("turn", "rank") for figure in figures)
        and not any(isinstance(term, Selector) and not isinstance(term, Choice) and term.dated() for term in terms)
        and all(pricing.for_each == ["claim"] for pricing in programme.outcome_pricings.values())
        and not any(rule.not_with for rule in rules)
        and not any(door.any_of for door in doors)
        and all(limit.of == "money" and limit.cut == "latest_first" and not limit.carries_forward for limit in ordered[:first])
        and not any("period" in limit.per for limit in ordered[:first])
        and not any(_dated(share) for share in shares)
        and not any(set(limit.per) & set(PERIODS) for limit in ordered[first:])
    )


def _dated(term: object) -> bool:
    """Whether a figure depends on the day of a fact."""
    return any(
        (isinstance(inner, Choice) and inner.dated()) or (isinstance(inner, Figure) and (inner.growth or inner.elapsed))
        for _, inner in walk(term)
    )


@dataclass
class Crowd:
    """The outcome: grouped entries as the plain code would group them, refusals, and what each claim was paid."""

    grouped: list[Entry]
    refused: Refusals
    waiting: Refusals
    decided: Decided


def run(books: Books, columns: ClaimColumns) -> Crowd | None:
    """Decide, price and limit every claim. None where the claims turn out to be too unlike each other.

    Raises Refused for rows that do not fit the terms.
    """
    _admit(books, columns)
    _correct(books, columns)
    programme = books.terms.programme
    fit = _fit(books, columns)
    accepted: dict[str, Rows] = {}
    refused_by: dict[str, dict[str, Rows]] = {}
    order = {name: index for index, name in enumerate(programme.outcome_pricings)}
    achieved = columns.days("achieved_on")
    for name in _topological(books):
        accepted[name], refused_by[name] = _line(name, programme.outcome_pricings[name], fit, accepted, order, achieved, books, columns)
    taken = {name: _priced(name, rows, books, columns) for name, rows in accepted.items()}
    if any(item is None for item in taken.values()):
        return None
    lines = [name for name in programme.outcome_pricings if len(accepted[name])]
    rows = np.concatenate([accepted[name] for name in lines]) if lines else np.zeros(0, dtype=np.int64)
    line = np.concatenate([np.full(len(accepted[name]), order[name]) for name in lines]) if lines else rows
    tables = {name: item for name, item in taken.items() if item is not None}
    earned = np.concatenate([tables[name][0] for name in lines]) if lines else rows
    kind = np.concatenate([tables[name][1] for name in lines]) if lines else rows
    first = int(achieved.min(initial=0))
    sequence = np.argsort(((achieved[rows] - first) * max(len(order), 1) + line) * max(len(columns), 1) + columns.rank[rows], kind="stable")
    rows, line, earned, kind = rows[sequence], line[sequence], earned[sequence], kind[sequence]
    for name in programme.outcome_pricings:
        books.earned[name] = Decimal(int(earned[line == order[name]].sum())) * minor_unit(programme.currency)
    left, cuts = _limited(rows, line, earned.copy(), books, columns)
    representatives = {(order[name], index): entry for name, item in tables.items() for index, entry in enumerate(item[2])}
    grouped, group_of, names = _grouped(rows, line, earned, left, kind, cuts, representatives, books, columns)
    refused, waiting = _refusals(fit, accepted, refused_by, books, columns)
    decided = Decided(columns, rows, line, list(order), group_of, names, earned, left, cuts, minor_unit(programme.currency))
    return Crowd(grouped, refused, waiting, decided)


def _admit(books: Books, columns: ClaimColumns) -> None:
    """Rows that look as if they did not fit are shown to the plain code, which says what is wrong with them."""
    programme = books.terms.programme
    odd = np.zeros(len(columns), dtype=bool)
    known: dict[str, Sequence[str]] = {
        "metric": list(programme.outcome_metrics),
        "line": list(programme.outcome_pricings),
        "cohort": [*programme.cohorts, "all"],
        "class": list(programme.classes),
        "payer": list(programme.outcome_payment_commitments),
        "phase": list(programme.phases),
    }
    for column, names in known.items():
        odd |= _table(columns, column, lambda value, names=names: value is not None and value not in names)
    achieved, claimed = columns.days("achieved_on"), columns.days("claimed_on")
    odd |= achieved < programme.calendar.starts_on.toordinal()
    odd |= (claimed != MISSING) & (claimed < achieved)
    odd |= _table(columns, "quantity", lambda value: value is not None and value < 0)
    odd |= _table(columns, "unit", lambda value: value is not None)
    odd |= ~columns.proved
    suspects = np.flatnonzero(odd)
    if not len(suspects):
        return
    kinds = _kinds(
        [
            columns.coded(name)[suspects]
            for name in ("metric", "line", "cohort", "class", "payer", "phase", "quantity", "unit", "state", "withdrawn_on")
        ]
        + [
            columns.proved[suspects],
            achieved[suspects] < programme.calendar.starts_on.toordinal(),
            (claimed != MISSING)[suspects] & (claimed < achieved)[suspects],
        ]
    )
    firsts, inverse = _distinct(kinds)
    bad = [index for index, first in enumerate(firsts) if problems_in(_only(books, columns, [suspects[first]]))]
    if bad:
        rows = suspects[np.isin(inverse, bad)][:50]
        raise Refused(problems_in(_only(books, columns, rows)))


def _correct(books: Books, columns: ClaimColumns) -> None:
    """Which claims were replaced by others: corrections are few, so they are read as rows."""
    rows = columns.rows(np.flatnonzero(columns.filled("replaces")).tolist())
    asked = {row.replaces for row in rows if row.replaces is not None}
    known = {columns.claim[int(row)].as_py() for row in np.flatnonzero(columns.named(asked))}
    problems = list(corrections(rows, known))
    if problems:
        raise Refused(problems)
    books.replaced = replaced_by(rows, books)


def _only(books: Books, columns: ClaimColumns, rows: Sequence[int] | Rows) -> Books:
    """Books of some rows alone; what they replace is judged with the whole file at hand."""
    claims = [replace(claim, replaces=None) for claim in columns.rows([int(row) for row in rows])]
    return replace(books, claims=claims, columns=None, results=(), transactions=())


def _table(columns: ClaimColumns, column: str, test: object) -> NDArray[np.bool_]:
    """Apply a test to each distinct value of a column (None for empty) and spread the answers over the rows."""
    assert callable(test)  # noqa: S101
    if column not in columns.codes:
        return np.full(len(columns), bool(test(None)))
    answers = np.array([*(bool(test(value)) for value in columns.values[column]), bool(test(None))])
    return answers[columns.codes[column]]


def _kinds(parts: Sequence[NDArray[np.generic]]) -> NDArray[np.int64]:
    """One number for each distinct combination of columns."""
    total = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        codes = part.astype(np.int64)
        low, high = int(codes.min(initial=0)), int(codes.max(initial=0))
        size = high - low + 1
        if int(total.max(initial=0)) > (1 << 62) // max(size, 1):
            total = np.unique(total, return_inverse=True)[1].astype(np.int64)
        total = total * size + (codes - low)
    return total


def _distinct(kinds: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first row of each distinct number, in order of the numbers, and for each row which of them it has."""
    low = int(kinds.min(initial=0))
    size = int(kinds.max(initial=0)) - low + 1
    if size > 4 * len(kinds) + 1000:
        _, firsts, inverse = np.unique(kinds, return_index=True, return_inverse=True)
        return firsts, inverse
    first = np.full(size, MISSING, dtype=np.int64)
    first[kinds[::-1] - low] = np.arange(len(kinds) - 1, -1, -1)
    present = first != MISSING
    return first[present], (np.cumsum(present) - 1)[kinds - low]


def _fit(books: Books, columns: ClaimColumns) -> NDArray[np.int64]:
    """0 where a claim is in order as such, else the number (from 1) of its kind of unfitness."""
    firsts, inverse = _distinct(_kinds([columns.coded("metric"), columns.coded("line"), *_conditions(books, columns)]))
    marks = np.array(
        [0 if unfit(columns.row(int(first)), books) is None else index + 1 for index, first in enumerate(firsts)], dtype=np.int64
    )
    return marks[inverse]


def _conditions(books: Books, columns: ClaimColumns) -> list[NDArray[np.generic]]:
    """What decides whether a claim is in order for a line: two claims alike in all of these fare alike."""
    programme = books.terms.programme
    achieved, withdrawn = columns.days("achieved_on"), columns.days("withdrawn_on")
    parts: list[NDArray[np.generic]] = [
        columns.coded(name) for name in ("state", "evidence_kind", "signed_by", "validated_by", "cohort") if name in columns.codes
    ]
    parts += [(withdrawn != MISSING) & (withdrawn <= books.as_of.toordinal()), achieved > books.as_of.toordinal()]
    if books.replaced:
        parts.append(columns.named(books.replaced))
    for day in {
        programme.terminated.on if programme.terminated else None,
        programme.calendar.outcomes_until or programme.calendar.ends_on,
        *(cohort.cancelled_on for cohort in programme.cohorts.values()),
    } - {None}:
        parts.append(achieved >= day.toordinal())  # type: ignore[union-attr]
    return parts


def _topological(books: Books) -> list[str]:
    """Lines so that each comes after those that its sequence asks for."""
    pricings = books.terms.programme.outcome_pricings
    done: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        rule = pricings[name].sequence
        for predecessor in [*rule.after, *rule.once_accepted] if rule else []:
            visit(*predecessor.lines())
        done.append(name)

    for name in pricings:
        visit(name)
    return done


def _persons(columns: ClaimColumns) -> NDArray[np.int64]:
    """A number for each person; a claim without one stands for itself."""
    codes = columns.coded("person").astype(np.int64)
    alone = codes == MISSING
    if alone.any():
        codes = np.where(alone, len(columns.values.get("person", [])) + np.arange(len(columns)), codes)
    return codes


def _line(
    name: str,
    pricing: OutcomePricing,
    fit: NDArray[np.int64],
    accepted: dict[str, Rows],
    order: dict[str, int],
    achieved: NDArray[np.int64],
    books: Books,
    columns: ClaimColumns,
) -> tuple[Rows, dict[str, Rows]]:
    """The rows that a line accepts, in order, and those it refuses, by reason."""
    own = (
        _table(columns, "metric", lambda value: value == pricing.metric)
        & _table(columns, "line", lambda value: value in (None, name))
        & (fit == 0)
    )
    rows = np.flatnonzero(own).astype(np.int64)
    span = max(len(columns), 1)
    rows = rows[np.argsort((achieved[rows] - int(achieved.min(initial=0))) * span + columns.rank[rows], kind="stable")]
    refused: dict[str, Rows] = {}
    fares = _for_line(name, pricing, rows, books, columns)
    refused |= {"": rows[fares == REFUSED], NOT_YET: rows[fares == WAITING]}
    rows = rows[fares == FITS]
    rule = pricing.sequence
    if rule is None:
        return rows, refused
    persons = _persons(columns)
    ok = np.ones(len(rows), dtype=bool)
    late: dict[str, NDArray[np.bool_]] = {}
    for after in rule.after:
        (earlier,) = after.lines()
        before = _before(earlier, after.same_occurrence, accepted, persons, achieved, columns)
        include_day = order[earlier] < order[name]
        for words, fails in before.fails(after, rows, include_day=include_day):
            late.setdefault(words, np.zeros(len(rows), dtype=bool))
            late[words] |= fails & ok
            ok &= ~fails
    for door in rule.once_accepted:
        (other,) = door.lines()
        let_in = np.isin(persons[rows], persons[accepted[other]])
        late[f"waits until '{other}' is accepted for this person"] = ~let_in & ok
        ok &= let_in
    if rule.times is not None:
        turn = persons[rows]
        if rule.per == "occurrence":
            turn = _kinds([turn, columns.coded("occurrence")[rows]])
        elif rule.per != "person":
            labels = [calendar_period(day, rule.per, books.terms.programme.calendar.starts_on) for day in columns.values["achieved_on"]]
            turn = _kinds([turn, np.unique(np.array(labels), return_inverse=True)[1][columns.codes["achieved_on"][rows]]])
        position = _count_before(turn, ok)
        full = position >= rule.times
        often = "once" if rule.times == 1 else f"{rule.times} times"
        words = f"'{name}' is paid {often} per {rule.per.replace('_', ' ')}, and was"
        late = {reason: mask & ~full for reason, mask in late.items()}
        refused[words] = rows[full]
        ok &= ~full
    return rows[ok], refused | {words: rows[mask] for words, mask in late.items()}


def _count_before(turn: NDArray[np.int64], ok: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each row how many rows of the same turn before it are ok."""
    by_turn = np.argsort(turn, kind="stable")
    counted = np.cumsum(ok[by_turn])
    exclusive: NDArray[np.int64] = counted - ok[by_turn]
    starts = np.flatnonzero(np.r_[True, turn[by_turn][1:] != turn[by_turn][:-1]]) if len(turn) else np.zeros(0, dtype=np.int64)
    base: NDArray[np.int64] = np.repeat(exclusive[starts], np.diff(np.r_[starts, len(turn)]))
    result = np.empty(len(turn), dtype=np.int64)
    result[by_turn] = exclusive - base
    return result


@dataclass(frozen=True)
class _Before:
    """Accepted claims of an earlier line by person (and occurrence), to be asked what came before a day."""

    line: str
    same_occurrence: bool
    keys: NDArray[np.int64]
    who_of: NDArray[np.int64]
    day_codes: NDArray[np.int32]
    achieved: NDArray[np.int64]
    columns: ClaimColumns
    low: int

    def fails(self, after: object, rows: Rows, *, include_day: bool) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """(reason, which rows fail for it), reasons in the order in which the plain code asks."""
        no_sooner, no_later = getattr(after, "no_sooner_than", None), getattr(after, "no_later_than", None)
        who, day = self.who_of[rows], self.achieved[rows] - self.low
        first = np.searchsorted(self.keys, who << 24, side="left")
        end = np.searchsorted(self.keys, (who << 24) + day, side="right" if include_day else "left")
        none = end <= first
        yield f"'{self.line}' was not paid before for this person" + (" and this occurrence" if self.same_occurrence else ""), none
        for span, pick, words in ((no_sooner, first, "sooner"), (no_later, end - 1, "later")):
            if span is not None and len(self.keys):
                earliest = (self.keys[np.clip(pick, 0, len(self.keys) - 1)] & ((1 << 24) - 1)) + self.low
                days = np.unique(earliest)
                edges = np.array([span.after(date.fromordinal(int(start))).toordinal() for start in days])
                edge = edges[np.searchsorted(days, earliest)]
                failing = edge > self.achieved[rows] if words == "sooner" else self.achieved[rows] > edge
                yield f"comes {words} than {span} after '{self.line}'", failing & ~none


def _before(
    line: str,
    same_occurrence: bool,
    accepted: dict[str, Rows],
    persons: NDArray[np.int64],
    achieved: NDArray[np.int64],
    columns: ClaimColumns,
) -> _Before:
    who = _kinds([persons, columns.coded("occurrence")]) if same_occurrence else persons
    who = np.unique(who, return_inverse=True)[1].astype(np.int64) if same_occurrence else who
    low = int(achieved.min(initial=0))
    rows = accepted[line]
    return _Before(
        line,
        same_occurrence,
        np.sort((who[rows] << 24) + (achieved[rows] - low)),
        who,
        columns.codes["achieved_on"],
        achieved,
        columns,
        low,
    )


def _for_line(name: str, pricing: OutcomePricing, rows: Rows, books: Books, columns: ClaimColumns) -> Rows:
    """How each row fares with a line whatever the sequence: the plain code judges one row of each kind."""
    if not len(rows):
        return rows
    parts: list[NDArray[np.generic]] = [columns.coded(column)[rows] for column in GROUPED]
    if pricing.from_ or pricing.until or pricing.retired_on or pricing.claimed_within or pricing.settlement:
        parts += [columns.coded("achieved_on")[rows]]
    if pricing.claimed_within:
        parts += [columns.coded("claimed_on")[rows]]
    if len(lines_for(books.terms, pricing.metric, None)) > 1:
        parts += [part[rows] for part in _conditions(books, columns)]
    firsts, inverse = _distinct(_kinds(parts))
    told = [line_refuses(columns.row(int(rows[first])), name, pricing, books) for first in firsts]
    fares = np.array([FITS if refusal is None else WAITING if refusal.waits else REFUSED for refusal in told], dtype=np.int64)
    return fares[inverse]


def _priced(name: str, rows: Rows, books: Books, columns: ClaimColumns) -> tuple[NDArray[np.int64], NDArray[np.int64], list[Entry]] | None:
    """What each row earns in minor units, its kind, and an entry priced by the plain code for each kind."""
    parts: list[NDArray[np.generic]] = [columns.coded(column)[rows] for column in (*GROUPED, "quantity")]
    if _by_date(books):
        parts.append(columns.coded("achieved_on")[rows])
    if not len(rows):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), []
    firsts, inverse = _distinct(_kinds(parts))
    if len(firsts) > KINDS:
        return None
    unit = minor_unit(books.terms.programme.currency)
    entries = [price_claim(name, columns.row(int(rows[first])), books) for first in firsts]
    amounts = np.array([int(entry.earned / unit) for entry in entries], dtype=np.int64)
    return amounts[inverse], inverse.astype(np.int64), entries


def _by_date(books: Books) -> bool:
    """Whether any figure of the terms depends on the day of a fact."""
    return _dated(books.terms.programme)


def _limited(
    rows: Rows, line: NDArray[np.int64], left: NDArray[np.int64], books: Books, columns: ClaimColumns
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.int64]]]:
    """Limits up to the first that speaks of payers: what is left of each row, and what each limit cut of it."""
    cuts: dict[str, NDArray[np.int64]] = {}
    for name, limit in books.terms.programme.limits.items():
        if "payer" in limit.per or limit.payer is not None:
            break
        if limit.retired_on is not None and books.as_of >= limit.retired_on:
            continue
        covered = np.flatnonzero(_covered(limit, rows, line, books, columns))
        if not len(covered):
            continue
        key = _kinds(
            [np.zeros(len(covered), dtype=np.int64), *(_limit_key(per, rows[covered], line[covered], books, columns) for per in limit.per)]
        )
        by_key = covered[np.argsort(key, kind="stable")]
        sorted_key = np.sort(key, kind="stable")
        starts = np.flatnonzero(np.r_[True, sorted_key[1:] != sorted_key[:-1]])
        sizes = np.diff(np.r_[starts, len(by_key)])
        room = np.repeat(_ceilings(name, limit, by_key, starts, rows, line, books, columns), sizes)
        amounts = left[by_key]
        running = np.cumsum(amounts)
        before = running - amounts
        before -= np.repeat(before[starts], sizes)
        kept = np.clip(room - before, 0, amounts)
        cut = np.zeros(len(rows), dtype=np.int64)
        cut[by_key] = amounts - kept
        left[by_key] = kept
        cuts[name] = cut
    return left, cuts


def _covered(limit: Limit, rows: Rows, line: NDArray[np.int64], books: Books, columns: ClaimColumns) -> NDArray[np.bool_]:
    names = list(books.terms.programme.outcome_pricings)
    mask = np.array([not limit.lines or name in limit.lines for name in names])[line]
    only: Selector | None = limit.only
    for column, allowed in (only.chosen() if only else {}).items():
        mask &= _table(columns, column, lambda value, allowed=allowed: value in allowed)[rows]
    return mask


def _limit_key(per: str, rows: Rows, line: NDArray[np.int64], books: Books, columns: ClaimColumns) -> NDArray[np.int64]:
    if per == "person":
        return _persons(columns)[rows]
    if per == "line":
        return line
    if per == "metric":
        return columns.coded("metric")[rows].astype(np.int64)
    if per in PERIODS:
        labels = [calendar_period(day, per, books.terms.programme.calendar.starts_on) for day in columns.values["achieved_on"]]
        return np.unique(np.array(labels), return_inverse=True)[1][columns.codes["achieved_on"][rows]].astype(np.int64)
    return columns.coded(per)[rows].astype(np.int64)


def _ceilings(
    name: str,
    limit: Limit,
    by_key: Rows,
    starts: NDArray[np.int64],
    rows: Rows,
    line: NDArray[np.int64],
    books: Books,
    columns: ClaimColumns,
) -> NDArray[np.int64]:
    """The room of each group in minor units; worked out by the plain code once for each kind of group."""
    unit = minor_unit(books.terms.programme.currency)
    if limit.at_most.number is not None:
        return np.full(len(starts), int(limit.at_most.number / unit), dtype=np.int64)
    shared: list[NDArray[np.int64]] = []
    for column in (*GROUPED, "line"):
        codes = (line if column == "line" else columns.coded(column)[rows])[by_key].astype(np.int64)
        low, high = np.minimum.reduceat(codes, starts), np.maximum.reduceat(codes, starts)
        shared.append(np.where(low == high, low, MISSING - 1))
    days = np.maximum.reduceat(columns.days("achieved_on")[rows][by_key], starts)
    parts = [*shared, days] if _by_date(books) else shared
    firsts, inverse = _distinct(_kinds(parts))
    names = list(books.terms.programme.outcome_pricings)
    rooms = []
    for first in firsts:
        values = {column: columns.values[column][codes[first]] for column, codes in zip(GROUPED, shared, strict=False) if codes[first] >= 0}
        scope = scope_in_common(values, names[shared[-1][first]] if shared[-1][first] >= 0 else None, date.fromordinal(int(days[first])))
        value = work_out(limit.at_most, ("limits", name, "at_most"), scope=scope, books=books).value
        rooms.append((1 << 62) if value is None else max(int(value / unit), 0))
    return np.array(rooms, dtype=np.int64)[inverse]


def _grouped(
    rows: Rows,
    line: NDArray[np.int64],
    earned: NDArray[np.int64],
    left: NDArray[np.int64],
    kind: NDArray[np.int64],
    cuts: dict[str, NDArray[np.int64]],
    representatives: dict[tuple[int, int], Entry],
    books: Books,
    columns: ClaimColumns,
) -> tuple[list[Entry], NDArray[np.int64], list[Entry]]:
    """Entries of one line and one group of facts as one, in the order in which their first claim was taken."""
    unit = minor_unit(books.terms.programme.currency)
    if not len(rows):
        return [], rows, []
    groups = _kinds([line, *(columns.coded(column)[rows] for column in GROUPED)])
    firsts, inverse = _distinct(groups)
    members_of = np.bincount(inverse, minlength=len(firsts))
    sums = {name: _sums(inverse, amounts, len(firsts)) for name, amounts in (("earned", earned), ("left", left), *cuts.items())}
    lasts = np.zeros(len(firsts), dtype=np.int64)
    np.maximum.at(lasts, inverse, columns.days("achieved_on")[rows])
    both = _kinds([inverse, kind])
    pair_firsts, pair_of = _distinct(both)
    counts = np.bincount(pair_of, minlength=len(pair_firsts))
    pairs = np.stack([inverse[pair_firsts], kind[pair_firsts]])
    entries: list[Entry] = []
    for group in np.argsort(firsts):
        members = [
            (representatives[int(line[firsts[group]]), int(index)], int(count))
            for index, count in zip(pairs[1][pairs[0] == group], counts[pairs[0] == group], strict=True)
        ]
        sample = members[0][0]
        steps = {(node.what, node.value): node for entry, _ in members for node in entry.steps if node.what != "counted"}
        counted = next((node for node in sample.steps if node.what == "counted"), None)
        units = sum((entry.units * count for entry, count in members if entry.units is not None), Decimal(0))
        scope = replace(sample.scope, person=None, period=None, on=date.fromordinal(int(lasts[group])))
        entries.append(
            replace(
                sample,
                scope=scope,
                units=units,
                earned=int(sums["earned"][group]) * unit,
                left=int(sums["left"][group]) * unit,
                steps=((counted_in_all(units, int(members_of[group]), counted.where),) if counted else ()) + tuple(steps.values()),
                claim="",
                person="",
                claim_count=int(members_of[group]),
                cuts={name: int(sums[name][group]) * unit for name in cuts if sums[name][group]},
                note="; ".join(sorted({entry.note for entry, _ in members if entry.note})),
            )
        )
    return entries, inverse.astype(np.int64), [entries[int(position)] for position in np.argsort(np.argsort(firsts))]


def _sums(groups: NDArray[np.int64], amounts: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, groups, amounts)
    return total


def _refusals(
    fit: NDArray[np.int64], accepted: dict[str, Rows], refused_by: dict[str, dict[str, Rows]], books: Books, columns: ClaimColumns
) -> tuple[Refusals, Refusals]:
    """A reason for each claim that nobody pays: unfit as such, else what the last line that saw it says."""
    pricings = books.terms.programme.outcome_pricings
    told = np.zeros(len(columns), dtype=np.int64)
    reasons: list[tuple[str, str]] = [("", "")]
    for rows in accepted.values():
        told[rows] = MISSING
    told[fit > 0] = MISSING - 1
    for line in reversed(pricings):
        for words, rows in refused_by[line].items():
            reasons.append((line, words))
            told[rows[told[rows] == 0]] = len(reasons) - 1
    in_order = np.argsort(columns.rank, kind="stable")
    unpaid = in_order[told[in_order] != MISSING]
    waits = np.array([words.startswith("waits until") for _, words in reasons])[np.maximum(told[unpaid], 0)]
    for position in np.flatnonzero(told[unpaid] == MISSING - 1):
        refusal = unfit(columns.row(int(unpaid[position])), books)
        waits[position] = refusal is not None and refusal.waits
    return Refusals(columns, unpaid[~waits], told, reasons, books), Refusals(columns, unpaid[waits], told, reasons, books)


def _clause(line: str, words: str) -> Place:
    """The clause of a line's sequence that speaks with these words."""
    word = "times" if words.endswith(", and was") else "once_accepted" if words.startswith("waits until") else "after"
    return ("outcome_pricings", line, "sequence", word)


@dataclass(frozen=True)
class Refusals(Sequence[Refusal]):
    """Claims that are not paid, in order of their identity; each is put into words only for who reads it."""

    columns: ClaimColumns
    rows: Rows
    told: NDArray[np.int64]
    reasons: list[tuple[str, str]]
    books: Books

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Refusal:  # type: ignore[override]
        row = int(self.rows[index])
        line, words = self.reasons[max(int(self.told[row]), 0)]
        if words and words != NOT_YET:
            return Refusal(self.columns.claim[row].as_py(), words, line, words.startswith("waits until"), _clause(line, words))
        claim = self.columns.row(row)
        if self.told[row] < 0:
            return unfit(claim, self.books) or Refusal(claim.claim, "not in order")
        if line:
            refusal = line_refuses(claim, line, self.books.terms.programme.outcome_pricings[line], self.books)
            return refusal or Refusal(claim.claim, "", line)
        return Refusal(claim.claim, f"no line pays for '{claim.metric}' claim by claim")


@dataclass(frozen=True)
class Decided(Sequence[ClaimPaid]):
    """What each accepted claim was paid, turned into text only for who reads it."""

    columns: ClaimColumns
    rows: Rows
    line: NDArray[np.int64]
    lines: list[str]
    group_of: NDArray[np.int64]
    groups: list[Entry]
    earned: NDArray[np.int64]
    left: NDArray[np.int64]
    cuts: dict[str, NDArray[np.int64]]
    unit: Decimal

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> ClaimPaid:  # type: ignore[override]
        entry = self.groups[self.group_of[index]]
        name = self.columns.claim[int(self.rows[index])].as_py()
        earned, left = int(self.earned[index]) * self.unit, int(self.left[index]) * self.unit
        cuts = tuple((limit, int(amounts[index]) * self.unit) for limit, amounts in self.cuts.items() if amounts[index])
        return ClaimPaid(name, self.lines[self.line[index]], group_id(entry.line, entry.scope), earned, left, cuts)
