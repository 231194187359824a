"""From entries to payments: limits in their order, shares of the payers, what was paid before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from makegood.payment.admission import problems_in
from makegood.payment.claims import ClaimPaid, Refusal, replaced_by, sequence, valid_claims
from makegood.payment.entries import Entry, price_lines
from makegood.payment.facts import Books
from makegood.payment.figures import work_out
from makegood.payment.limits import apply_limit
from makegood.payment.node import Node
from makegood.payment.scope import Scope, group_id, payment_id
from makegood.programme.money_terms import Limit
from makegood.values.currency import minor_unit, split
from makegood.values.problem import Problem, Refused, Where, errors

if TYPE_CHECKING:
    from makegood.payment.crowd import Crowd

ZERO = Decimal(0)


@dataclass(frozen=True)
class Payment:
    """What one payer owes for one line and group of facts: earned, cut by limits, due in all, now to be paid."""

    id: str
    line: str
    metric: str
    scope: Scope
    payer: str
    units: Decimal | None
    earned: Decimal
    limits: tuple[tuple[str, Decimal], ...]
    due: Decimal
    paid_before: Decimal
    amount: Decimal
    clause: Where
    steps: tuple[Node, ...] = ()
    claim_count: int = 0
    note: str = ""


@dataclass(frozen=True)
class Statement:
    """Every payment, every refusal, every claim that was paid, what carries forward."""

    payments: tuple[Payment, ...]
    refused: Sequence[Refusal]
    waiting: tuple[Refusal, ...]
    carried_forward: tuple[Mapping[str, object], ...]
    decided: Sequence[ClaimPaid]
    problems: tuple[Problem, ...]
    figures: Mapping[str, Node] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """What is now to be paid, by all payers together; negative when money is to be paid back."""
        return sum((payment.amount for payment in self.payments), ZERO)


def price(books: Books, *, paid_before: Mapping[str, Mapping[str, str]]) -> Statement:
    """The statement for facts under terms. `paid_before`: payment id -> {amount, line, metric, payer} paid until now.

    Raises Refused with every row that does not fit and every clause that cannot be carried out on these facts.
    """
    decided: Sequence[ClaimPaid]
    refused: Sequence[Refusal]
    crowd = _as_a_crowd(books)
    problems = problems_in(books)
    if errors(problems):
        raise Refused(problems)
    if crowd is not None:
        shared = _limited_and_shared(crowd.grouped, books, grouped=True)
        refused, waiting, decided = crowd.refused, list(crowd.waiting), crowd.decided
    else:
        books.replaced = replaced_by(books.claims, books)
        books.valid, unfit = valid_claims(books)
        taken = sequence(books)
        books.accepted = taken.accepted
        entries = price_lines(books)
        refusals = sorted([*unfit, *taken.refused], key=lambda refusal: refusal.claim)
        refused, waiting = [refusal for refusal in refusals if not refusal.waits], [refusal for refusal in refusals if refusal.waits]
        shared = _limited_and_shared(entries, books)
        decided = [
            ClaimPaid(entry.claim, entry.line, group_id(entry.line, _group_scope(entry)), entry.earned, entry.left)
            for entry in entries
            if entry.claim
        ]
    if errors(books.problems):
        raise Refused(books.problems)
    payments = list(_payments(shared, books, paid_before))
    return Statement(
        payments=tuple(payments),
        refused=[*refused, *partly] if (partly := _partly_accepted(books)) else refused,
        waiting=tuple(waiting),
        carried_forward=tuple(_carried(shared, payments, waiting)),
        decided=decided,
        problems=tuple(sorted(books.problems)),
        figures={
            name: work_out(figure, ("figures", name), scope=Scope(), books=books) for name, figure in books.terms.programme.figures.items()
        },
    )


def _as_a_crowd(books: Books) -> Crowd | None:
    """Decide claims as columns where there are columns and the terms allow it; else turn them into rows."""
    if books.columns is None:
        return None
    from makegood.payment import crowd  # noqa: PLC0415 - only crowds need arrays

    decided = crowd.run(books, books.columns) if crowd.supported(books) else None
    if decided is None:
        books.claims = books.columns.rows()
    return decided


def _limited_and_shared(entries: list[Entry], books: Books, *, grouped: bool = False) -> list[Entry]:
    """Limits in order. The first limit that speaks of payers finds the payments split among them; else the end does.

    Entries that come `grouped` have been through the limits before that one.
    """
    ordered = sorted(
        entries, key=lambda entry: (entry.scope.on or books.as_of, _line_order(books, entry.line), entry.claim, entry.scope.labels())
    )
    payments: list[Entry] | None = None
    ordered = list(entries) if grouped else ordered
    for name, limit in books.terms.programme.limits.items():
        if payments is None and ("payer" in limit.per or limit.payer is not None):
            payments = _shared(ordered if grouped else _grouped(ordered), books)
        if grouped and payments is None:
            continue
        before = {id(entry): entry.left for entry in payments or []}
        apply_limit(name, limit, ordered if payments is None else payments, books)
        if limit.beyond is not None and payments is not None:
            payments = _taken_over(name, limit, payments, before)
    return payments if payments is not None else _shared(ordered if grouped else _grouped(ordered), books)


def _line_order(books: Books, line: str) -> int:
    return list(books.terms.programme.outcome_pricings).index(line)


def _grouped(entries: Iterable[Entry]) -> list[Entry]:
    """Entries of one line and one group of facts as one: claims of many persons become one payment."""
    groups: dict[tuple[str, Scope], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.line, _group_scope(entry)].append(entry)
    return [_together(scope, group) for (_, scope), group in groups.items()]


def _group_scope(entry: Entry) -> Scope:
    """What the facts of one payment have in common."""
    return replace(entry.scope, person=None, on=None, period=None if entry.claim else entry.scope.period)


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
    return Entry(
        line=first.line,
        metric=first.metric,
        scope=replace(scope, on=day),
        units=sum(units, ZERO),
        earned=sum((entry.earned for entry in group), ZERO),
        steps=tuple(steps.values()),
        left=sum((entry.left for entry in group), ZERO),
        claim_count=sum(entry.claim_count for entry in group),
        cuts=_added(entry.cuts for entry in group),
        carried=_added(entry.carried for entry in group),
        note="; ".join(sorted({entry.note for entry in group if entry.note})),
    )


def _added(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for part in parts:
        for name, amount in part.items():
            total[name] = total.get(name, ZERO) + amount
    return total


def _shared(entries: Sequence[Entry], books: Books) -> list[Entry]:
    """Each payment split among the payers so that the cents add up."""
    commitments = books.terms.programme.outcome_payment_commitments
    unit = minor_unit(books.terms.programme.currency)
    result: list[Entry] = []
    for entry in entries:
        scope = replace(entry.scope, line=entry.line, metric=entry.metric)
        nodes: dict[str, Node] = {}
        for payer, commitment in commitments.items():
            place = ("outcome_payment_commitments", payer)
            if commitment.share is not None:
                nodes[payer] = work_out(commitment.share, (*place, "share"), scope=scope, books=books)
            else:
                own = Decimal(entry.scope.payer == payer)
                nodes[payer] = Node("own case" if own else "another payer's case", own, books.terms.where((*place, "own_cases")))
        weights = [node.value if node.value is not None else ZERO for node in nodes.values()]
        if sum(weights) != 1 or any(weight < 0 for weight in weights):
            words = ", ".join(f"{payer} {'unknown' if node.value is None else f'{node.value * 100:f}%'}" for payer, node in nodes.items())
            where = books.terms.where(("outcome_payment_commitments",))
            labels = " ".join(f"{column} {value}" for column, value in scope.labels())
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
        for index, payer in enumerate(commitments):
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
            (
                row
                for row in payments
                if row.payer == limit.beyond and (row.line, replace(row.scope, on=None)) == (entry.line, replace(entry.scope, on=None))
            ),
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


def _payments(entries: Sequence[Entry], books: Books, paid_before: Mapping[str, Mapping[str, str]]) -> Iterable[Payment]:
    full = books.terms.programme.outcome_payment_plan.true_up == "full"
    seen: set[str] = set()
    for entry in entries:
        name = payment_id(entry.line, entry.scope, entry.payer)
        seen.add(name)
        before = Decimal(paid_before.get(name, {}).get("amount", "0"))
        amount = entry.left - before if full else max(entry.left - before, ZERO)
        note = entry.note
        if not full and entry.left < before:
            note = f"{before - entry.left} was paid more than is due; it is carried forward, not paid back"
        steps = entry.steps if entry.share is None or entry.share.value == 1 else (*entry.steps, entry.share)
        yield Payment(
            id=name,
            line=entry.line,
            metric=entry.metric,
            scope=entry.scope,
            payer=entry.payer,
            units=entry.units,
            earned=entry.earned,
            limits=tuple(entry.cuts.items()),
            due=entry.left,
            paid_before=before,
            amount=amount,
            clause=books.terms.where(("outcome_pricings", entry.line)),
            steps=steps,
            claim_count=entry.claim_count,
            note=note,
        )
    for name, row in sorted(paid_before.items()):
        before = Decimal(row["amount"])
        if name not in seen and before:
            yield Payment(
                id=name,
                line=row["line"],
                metric=row["metric"],
                scope=Scope(),
                payer=row["payer"],
                units=ZERO,
                earned=ZERO,
                limits=(),
                due=ZERO,
                paid_before=before,
                amount=-before if full else ZERO,
                clause=books.terms.where(("outcome_pricings", row["line"])),
                note="nothing supports this payment any more",
            )


def _partly_accepted(books: Books) -> list[Refusal]:
    """Results of which less was accepted than measured: the rest is refused, by count."""
    return [
        Refusal(row.result, f"{row.value - row.accepted:f} of {row.value:f} not accepted; no reason was published", row.metric)
        for row in books.results
        if row.accepted is not None and row.accepted < row.value
    ]


def _carried(entries: Sequence[Entry], payments: Sequence[Payment], waiting: Sequence[Refusal]) -> Iterable[Mapping[str, object]]:
    for entry in entries:
        for name, amount in entry.carried.items():
            why = "the period's limit left no room; it is paid in a later period"
            yield {"kind": "limit", "name": name, "line": entry.line, "payer": entry.payer, "amount": amount, "why": why}
    for row in payments:
        if row.amount == 0 and row.due < row.paid_before:
            over, why = row.due - row.paid_before, "set against what falls due later"
            yield {"kind": "overpaid", "name": row.id, "line": row.line, "payer": row.payer, "amount": over, "why": why}
    for refusal in waiting:
        yield {"kind": "claim", "name": refusal.claim, "line": refusal.line, "payer": "", "amount": None, "why": refusal.reason}
