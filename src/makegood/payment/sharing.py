"""From entries to what each payer bears: limits in their order, shares so that the cents add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from makegood.payment.entries import Entry, counted_in_all
from makegood.payment.facts import Books
from makegood.payment.figures import work_out
from makegood.payment.limits import apply_limit, key_of
from makegood.payment.node import Node
from makegood.payment.scope import Scope, group_id
from makegood.programme.money_terms import PERIODS, Limit
from makegood.values.currency import minor_unit, split
from makegood.values.problem import Problem

ZERO = Decimal(0)
Paid = Mapping[str, Mapping[str, str]]
"""Payment id -> {amount, line, metric, payer} paid until now."""


def limited_and_shared(entries: list[Entry], books: Books, paid_before: Paid, *, grouped: bool = False) -> list[Entry]:
    """Limits in order. The first limit that speaks of payers finds the payments split among them; else the end does.

    Entries that come `grouped` have been through the limits before that one.
    """
    ordered = sorted(
        entries, key=lambda entry: (entry.scope.on or books.as_of, _line_order(books, entry.line), entry.claim, entry.scope.labels())
    )
    payments: list[Entry] | None = None
    ordered = list(entries) if grouped else ordered
    for entry in ordered:
        _stand(entry, books, paid_before)
    limits = books.terms.programme.limits
    of_payers = [name for name, limit in limits.items() if "payer" in limit.per or limit.payer is not None]
    after = list(limits)[list(limits).index(of_payers[0]) :] if of_payers else []

    def split_now() -> list[Entry]:
        return _shared(ordered if grouped else _grouped(ordered, [limits[name] for name in after], books), books)

    for name, limit in limits.items():
        if payments is None and name in after:
            payments = split_now()
        if grouped and payments is None:
            continue
        before = {id(entry): entry.left for entry in payments or []}
        apply_limit(name, limit, ordered if payments is None else payments, books)
        if limit.beyond is not None and payments is not None:
            payments = _taken_over(name, limit, payments, before)
    return _merged(payments if payments is not None else split_now())


def _line_order(books: Books, line: str) -> int:
    return list(books.terms.programme.outcome_pricings).index(line)


def _grouped(entries: Iterable[Entry], limits: Sequence[Limit], books: Books) -> list[Entry]:
    """Entries of one line and one group of facts as one: claims of many persons become one payment.

    They stay apart as long as their payers bear other shares, or a limit that is still to come counts them in another
    period; `_merged` brings them together in the end.
    """
    dated = bool(books.terms.amendments) or any(one.share for one in books.terms.programme.outcome_payment_commitments.values())

    def apart(entry: Entry) -> tuple[object, ...]:
        weights = tuple(node.value for node in shares_of(entry, books).values()) if dated else ()
        periods = [key_of(per, entry, books) for limit in limits for per in limit.per if per in PERIODS]
        return (*weights, *periods, *(limit.only.on_a_day_meant(entry.scope.on) for limit in limits if limit.only))

    groups: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[(entry.line, group_scope(entry), *apart(entry))].append(entry)
    return [_together(group_scope(group[0]), group) for group in groups.values()]


def _merged(entries: Iterable[Entry]) -> list[Entry]:
    """What one payer owes for one line and group of facts, as one payment."""
    groups: dict[tuple[str, Scope, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.line, group_scope(entry), entry.payer].append(entry)
    return [_together(scope, group) for (_, scope, _), group in groups.items()]


def true_up(line: str, books: Books) -> str:
    """Whether later settlements correct a line: as it says, else as the payment plan says."""
    programme = books.terms.programme
    pricing = programme.outcome_pricings.get(line)
    return (pricing.true_up if pricing else None) or programme.outcome_payment_plan.true_up


def _stand(entry: Entry, books: Books, paid_before: Paid) -> None:
    """A payment for results that was made and is not corrected stands in the place of what would be earned now."""
    if entry.claim or entry.claim_count or true_up(entry.line, books) != "none":
        return
    name = group_id(entry.line, group_scope(entry))
    payers = books.terms.programme.outcome_payment_commitments
    paid = sum((Decimal(paid_before[f"{name}.{payer}"]["amount"]) for payer in payers if f"{name}.{payer}" in paid_before), ZERO)
    if paid:
        entry.earned = entry.left = paid
        entry.stands, entry.note = True, "it was paid before and stands, whatever later results say"


def group_scope(entry: Entry) -> Scope:
    """What the facts of one payment have in common."""
    nobody = replace(entry.scope, person=None, on=None, claimant=None, quantity=None, turn=None, rank=None, among=(), between=(None, None))
    return replace(nobody, period=None) if entry.claim or entry.claim_count else nobody


def _together(scope: Scope, group: Sequence[Entry]) -> Entry:
    first = group[0]
    day = max((entry.scope.on for entry in group if entry.scope.on is not None), default=None)
    if len(group) == 1:
        return replace(first, scope=replace(scope, on=day))
    units = [entry.units for entry in group if entry.units is not None]
    steps: dict[tuple[str, Decimal | None], Node] = {}
    for entry in group:
        for node in entry.steps:
            if node.what != "counted":
                steps.setdefault((node.what, node.value), node)
    claims, total = sum(entry.claim_count for entry in group), sum(units, ZERO)
    counted = next((node for entry in group for node in entry.steps if node.what == "counted"), None)
    told = [counted_in_all(total, claims, counted.where)] if counted is not None and claims else []
    shares = {(node.what, node.value): node for node in (entry.share for entry in group) if node is not None}
    return Entry(
        line=first.line,
        metric=first.metric,
        scope=replace(scope, on=day),
        units=total,
        earned=sum((entry.earned for entry in group), ZERO),
        steps=(*told, *steps.values(), *(shares.values() if len(shares) > 1 else ())),
        left=sum((entry.left for entry in group), ZERO),
        claim_count=claims,
        cuts=_added(entry.cuts for entry in group),
        carried=_added(entry.carried for entry in group),
        note="; ".join(sorted({entry.note for entry in group if entry.note})),
        payer=first.payer,
        stands=first.stands,
        share=next(iter(shares.values())) if len(shares) == 1 else None,
    )


def _added(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for part in parts:
        for name, amount in part.items():
            total[name] = total.get(name, ZERO) + amount
    return total


def shares_of(entry: Entry, books: Books) -> dict[str, Node]:
    """What each payer bears of an entry, as a share, under the terms in force on the day of its facts."""
    under = books.under(entry.scope.on or books.as_of)
    scope = replace(entry.scope, line=entry.line, metric=entry.metric)
    nodes: dict[str, Node] = {}
    for payer, commitment in under.terms.programme.outcome_payment_commitments.items():
        if commitment.retired_on is not None:
            continue
        place = ("outcome_payment_commitments", payer)
        if commitment.own_cases and entry.scope.payer != payer:
            nodes[payer] = Node("another payer's case", ZERO, under.terms.where((*place, "own_cases")))
        elif commitment.share is not None:
            nodes[payer] = work_out(commitment.share, (*place, "share"), scope=scope, books=under)
        else:
            nodes[payer] = Node("own case", Decimal(1), under.terms.where((*place, "own_cases")))
    return nodes


def _shared(entries: Sequence[Entry], books: Books) -> list[Entry]:
    """Each payment split among the payers so that the cents add up."""
    unit = minor_unit(books.terms.programme.currency)
    result: list[Entry] = []
    for entry in entries:
        nodes = shares_of(entry, books)
        weights = [node.value if node.value is not None else ZERO for node in nodes.values()]
        if sum(weights) != 1 or any(weight < 0 for weight in weights):
            words = ", ".join(f"{payer} {'unknown' if node.value is None else f'{node.value * 100:f}%'}" for payer, node in nodes.items())
            where = books.terms.where(("outcome_payment_commitments",))
            labels = " ".join(f"{column} {value}" for column, value in entry.scope.labels())
            what = f"the shares of '{entry.line}' {labels} do not add up to 100%: {words}"
            books.problems.add(
                Problem(
                    where,
                    "shares",
                    what,
                    "A part would be nobody's, or be paid twice",
                    "correct the shares, or fill in the payer of the case",
                )
            )
            continue
        left = split(entry.left, weights, unit)
        cuts = {name: split(amount, weights, unit) for name, amount in entry.cuts.items()}
        carried = {name: split(amount, weights, unit) for name, amount in entry.carried.items()}
        for index, payer in enumerate(nodes):
            if weights[index] > 0:
                mine = {name: parts[index] for name, parts in cuts.items() if parts[index]}
                node = replace(nodes[payer], what=f"share of {payer}: {nodes[payer].what}")
                earned = left[index] + sum(mine.values(), ZERO)
                waiting = {name: parts[index] for name, parts in carried.items() if parts[index]}
                result.append(replace(entry, payer=payer, share=node, earned=earned, left=left[index], cuts=mine, carried=waiting))
    return result


def _taken_over(name: str, limit: Limit, payments: list[Entry], before: Mapping[int, Decimal]) -> list[Entry]:
    """What lies beyond one payer's limit is borne by another: cut there, earned here."""
    result: list[Entry] = []
    for entry in payments:
        result.append(entry)
        over = before.get(id(entry), entry.left) - entry.left
        if entry.payer != limit.payer or over <= 0:
            continue
        entry.cuts[name] -= over
        if not entry.cuts[name]:
            del entry.cuts[name]
        entry.earned -= over
        other = next(
            (row for row in payments if row.payer == limit.beyond and (row.line, row.scope) == (entry.line, entry.scope)),
            None,
        )
        if other is not None:
            other.earned += over
            other.left += over
        else:
            result.append(
                replace(
                    entry,
                    payer=str(limit.beyond),
                    earned=over,
                    left=over,
                    cuts={},
                    carried={},
                    note=f"taken over from {entry.payer} ({name})",
                )
            )
    return result
