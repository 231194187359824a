"""Pricing: each line of the price list, for each fact that it pays for, becomes an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from makegood.cases.rows import Claim, Result
from makegood.payment.claims import line_refuses
from makegood.payment.facts import Books, column_of, day_of, known_on, results_for
from makegood.payment.figures import holds, work_out
from makegood.payment.node import Node
from makegood.payment.scope import DIMENSIONS, Scope, chosen_by
from makegood.programme.figure import Figure
from makegood.programme.pricing import OutcomePricing
from makegood.programme.walking import walk
from makegood.programme.yaml_text import Place
from makegood.values.currency import EXACT, minor_unit, rounded
from makegood.values.problem import Where


@dataclass
class Entry:
    """What one line earns by one fact. `left` is what limits have left of `earned`; `cuts` says which took what."""

    line: str
    metric: str
    scope: Scope
    units: Decimal | None
    earned: Decimal
    steps: tuple[Node, ...]
    left: Decimal
    claim: str = ""
    person: str = ""
    claim_count: int = 0
    cuts: dict[str, Decimal] = field(default_factory=dict)
    carried: dict[str, Decimal] = field(default_factory=dict)
    note: str = ""
    payer: str = ""
    share: Node | None = None
    stands: bool = False
    """It was paid before and is not corrected."""


def counted_in_all(units: Decimal, claims: int, where: Where) -> Node:
    """The units of several claims as one step."""
    quantity = Node(f"claimed quantity of {claims} claims", units, where)
    return Node("counted", units, where, (quantity,), how="part")


def price_lines(books: Books) -> list[Entry]:
    """All entries, in the order of the price list and of the facts. Fills `books.earned` line by line."""
    pricings = books.terms.programme.outcome_pricings
    entries: dict[str, list[Entry]] = {}
    for name in _in_order(books):
        pricing = pricings[name]
        if pricing.for_each == ["claim"]:
            entries[name] = [price_claim(name, claim, books) for claim in books.accepted.get(name, ())]
        else:
            entries[name] = list(_of_results(name, pricing, books))
        books.earned[name] = sum((entry.earned for entry in entries[name]), Decimal(0))
    return [entry for name in pricings for entry in entries[name]]


def money(value: Decimal, books: Books) -> Decimal:
    """An amount in the programme's currency, rounded by the agreed rule."""
    rounding = books.terms.programme.rounding
    unit = rounding.to or minor_unit(books.terms.programme.currency)
    return rounded(value, unit, rounding.rule).quantize(minor_unit(books.terms.programme.currency))


def depends_on(pricing: OutcomePricing, books: Books) -> set[str]:
    """The lines whose earnings a line asks for, directly or through named figures."""
    found, queue, seen = set(pricing.net_of), [pricing.counts, pricing.price, pricing.when], set[str]()
    while queue:
        for _, term in walk(queue.pop()):
            if isinstance(term, Figure):
                found |= set(term.earned or [])
                if term.named and term.named not in seen:
                    seen.add(term.named)
                    queue.append(books.terms.programme.figures[term.named])
    return found


def _in_order(books: Books) -> list[str]:
    """Lines so that each comes after those whose earnings it asks for (circles were refused with the programme)."""
    pricings = books.terms.programme.outcome_pricings
    done: list[str] = []

    def visit(name: str) -> None:
        if name not in done:
            for other in depends_on(pricings[name], books):
                if other in pricings:
                    visit(other)
            done.append(name)

    for name in pricings:
        visit(name)
    return done


def price_claim(name: str, claim: Claim, books: Books) -> Entry:
    """What a line earns by one claim, under the terms in force when it was achieved."""
    under = books.under(claim.achieved_on)
    asked = words_asked(under)
    quantity = claim.quantity if claim.quantity is not None else Decimal(1)
    turn, rank = books.turns.get((name, claim.claim), (None, None))
    scope = Scope(
        line=name,
        metric=claim.metric,
        cohort=claim.cohort,
        class_=claim.class_,
        payer=claim.payer,
        phase=claim.phase,
        on=claim.achieved_on,
        period=(claim.period_start, claim.period_end) if claim.period_start or claim.period_end else None,
        claimant=(claim.person or claim.claim) if "same_person" in asked else None,
        quantity=quantity if "quantity" in asked else None,
        turn=turn if "turn" in asked else None,
        rank=rank if "rank" in asked else None,
    )
    counted = Node("claimed quantity", quantity, under.terms.where(("outcome_pricings", name)), evidence=(f"claim {claim.claim}",))
    pricing = under.terms.programme.outcome_pricings.get(name) or books.terms.programme.outcome_pricings[name]
    return _entry(name, pricing, scope, counted, under, claim=claim)


def words_asked(books: Books) -> frozenset[str]:
    """What figures of these terms ask of the claim that is being priced; what nobody asks does not split payments."""
    key = ("words asked",)
    if key not in books.memo:
        figures = [term for _, term in books.terms.of_money if isinstance(term, Figure)]
        words = {figure.this_claim for figure in figures if figure.this_claim} | {"same_person" for figure in figures if figure.same_person}
        books.memo[key] = Node(" ".join(sorted(words)), None, books.terms.where(()))
    return frozenset(books.memo[key].what.split())


def _of_results(name: str, pricing: OutcomePricing, books: Books) -> Iterator[Entry]:
    for scope in _scopes(name, pricing, books):
        under = books.under(scope.on or books.as_of)
        yield _entry(name, under.terms.programme.outcome_pricings.get(name) or pricing, scope, None, under)


def _scopes(name: str, pricing: OutcomePricing, books: Books) -> list[Scope]:
    """One scope for each combination of `for_each` in the facts of the metric; one in all when nothing is named."""
    chosen = pricing.only.chosen() if pricing.only else {}
    single: dict[str, Any] = {_field(column): values[0] for column, values in chosen.items() if len(values) == 1}
    several = tuple((column, values) for column, values in chosen.items() if len(values) > 1)
    whole = Scope(line=name, metric=pricing.metric, among=several, between=_in_force(pricing), **single)
    rows: list[Result | Claim] = [row for row in books.results if row.metric == pricing.metric and known_on(row, books.as_of)]
    rows += [claim for claim in books.valid if claim.metric == pricing.metric and line_refuses(claim, name, pricing, books) is None]
    if not pricing.for_each:
        facts: list[Result | Claim] = [*results_for(books, pricing.metric, scope=whole), *(row for row in rows if isinstance(row, Claim))]
        return [replace(whole, on=_day_of(facts, books))]
    scopes: dict[Scope, date | None] = {}
    for row in rows:
        values = {column: column_of(row, column) for column in DIMENSIONS}
        if not chosen_by(pricing.only, values, row.achieved_on if isinstance(row, Claim) else day_of(row)):
            continue
        named: dict[str, Any] = {}
        for each in pricing.for_each:
            if each == "period":
                named["period"] = (row.period_start, row.period_end)
            elif each == "person":
                named["person"] = row.person if isinstance(row, Claim) else None
            else:
                named[_field(each)] = column_of(row, each)
        if any(value in (None, "all", (None, None)) for value in named.values()):
            continue
        scope = replace(whole, **named)
        scopes[scope] = max(filter(None, (scopes.get(scope), _day_of([row], books))), default=None)
    ordered = sorted(scopes, key=lambda scope: (scopes[scope] or date.min, [str(value) for _, value in scope.labels()], scope.person or ""))
    return [replace(scope, on=scopes[scope]) for scope in ordered]


def _in_force(pricing: OutcomePricing) -> tuple[date | None, date | None]:
    """The days of the facts that a line pays for."""
    dates = (pricing.only.from_, pricing.only.until) if pricing.only else (None, None)
    starts = [day for day in (pricing.from_, dates[0]) if day is not None]
    ends = [day for day in (pricing.until, pricing.retired_on, dates[1]) if day is not None]
    return max(starts, default=None), min(ends, default=None)


def _field(column: str) -> str:
    return "class_" if column == "class" else column


def _day_of(rows: Sequence[Result | Claim], books: Books) -> date:
    days = [row.achieved_on if isinstance(row, Claim) else day_of(row) for row in rows]
    return max((day for day in days if day is not None), default=books.as_of)


def _entry(name: str, pricing: OutcomePricing, scope: Scope, counted: Node | None, books: Books, *, claim: Claim | None = None) -> Entry:
    place: Place = ("outcome_pricings", name)

    def entry(units: Decimal | None, earned: Decimal, steps: tuple[Node, ...], note: str) -> Entry:
        person = (claim.person or claim.claim) if claim else (scope.person or "")
        named = claim.claim if claim else ""
        return Entry(name, pricing.metric, scope, units, earned, steps, earned, named, person, int(claim is not None), note=note)

    def nothing(note: str, units: Decimal | None = None, steps: tuple[Node, ...] = ()) -> Entry:
        return entry(units, Decimal(0), steps, note)

    asleep = _asleep(name, pricing, scope, books) if claim is None else ""
    if asleep:
        return nothing(asleep)
    figure = pricing.counts or (None if counted is not None else _usual_count(pricing, books))
    units_node = counted if figure is None else work_out(figure, (*place, "counts"), scope=scope, books=books)
    assert units_node is not None  # noqa: S101 - a claim brings its quantity, a result its figure
    if pricing.per != 1 and units_node.value is not None:
        units_node = Node(
            f"in units of {pricing.per}", EXACT.divide(units_node.value, pricing.per), books.terms.where((*place, "per")), (units_node,)
        )
    price_node = work_out(pricing.price, (*place, "price"), scope=scope, books=books)
    tests = [holds(condition, (*place, "when", index), scope=scope, books=books) for index, condition in enumerate(pricing.when)]
    steps = (
        Node("counted", units_node.value, units_node.where, (units_node,), how="part"),
        Node("price", price_node.value, price_node.where, (price_node,), how="part"),
        *(node for _, node in tests),
    )
    if units_node.value is None or price_node.value is None:
        unknown = next(step for step in (units_node, price_node) if step.value is None)
        return nothing(f"not known yet: {first_note(unknown)}", units_node.value, steps)
    if not all(held for held, _ in tests):
        failed = any(node.value == 0 for _, node in tests)
        unsure = next((node for _, node in tests if node.value is None), None)
        note = "a condition does not hold" if failed or unsure is None else f"not known yet: {first_note(unsure)}"
        return nothing(note, units_node.value, steps)
    earned = money(EXACT.multiply(units_node.value, price_node.value), books)
    note = ""
    if pricing.net_of:
        before = sum((books.earned.get(other, Decimal(0)) for other in pricing.net_of), Decimal(0))
        steps = (*steps, Node(f"less what was earned by {', '.join(pricing.net_of)}", before, books.terms.where((*place, "net_of"))))
        earned = earned - before
    if earned < 0:
        earned, note = Decimal(0), "less than nothing was earned, so nothing is paid"
    return entry(units_node.value, earned, steps, note)


def _asleep(name: str, pricing: OutcomePricing, scope: Scope, books: Books) -> str:
    """Why a line for results pays nothing at this settlement, whatever was achieved; empty when it is awake."""
    programme = books.terms.programme
    settlement = programme.outcome_payment_plan.settlements.get(pricing.settlement or "")
    day = scope.on or books.as_of
    ended = programme.terminated
    if pricing.after_event is not None and (ended is None or ended.event != pricing.after_event):
        return f"paid only after the event {pricing.after_event}"
    if settlement is not None and settlement.from_ is not None and books.as_of < settlement.from_:
        return f"falls due in the settlement '{pricing.settlement}', from {settlement.from_}"
    if settlement is not None and settlement.until is not None and day >= settlement.until:
        return f"the settlement '{pricing.settlement}' closed on {settlement.until}"
    if pricing.for_each and not scope.within(day):
        return f"'{name}' was not in force on {day}"
    if ended is not None and pricing.after_event is None and scope.period is not None and (scope.period[0] or day) >= ended.on:
        return f"the period began on {scope.period[0]}; the contract ended on {ended.on}"
    cohort = programme.cohorts.get(scope.cohort or "")
    if cohort is not None and cohort.cancelled_on is not None and day >= cohort.cancelled_on and pricing.after_event is None:
        return f"cohort '{scope.cohort}' ended on {cohort.cancelled_on}"
    if pricing.results == "final" and not results_for(books, pricing.metric, scope=replace(scope, on=None), final=True):
        return "there is no final result yet"
    return ""


def _usual_count(pricing: OutcomePricing, books: Books) -> Figure:
    metric = books.terms.programme.outcome_metrics[pricing.metric]
    if metric.effect is not None:
        return Figure(effect=pricing.metric)
    measured = any(row.metric == pricing.metric for row in books.results)
    claimed = any(claim.metric == pricing.metric for claim in books.claims)
    return Figure(claims=pricing.metric) if claimed and not measured else Figure(result=pricing.metric)


def first_note(node: Node) -> str:
    """In words, what is missing where a figure is not known."""
    return next((step.note for step in reversed(list(node.walk())) if step.note and step.value is None), "a figure is missing")
