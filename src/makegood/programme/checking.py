"""What types cannot see: names that nobody defined, circles, gaps, overlaps, shares that do not add up.

Each check is a function from terms to problems; `check_terms` runs them all and reports together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from makegood.programme.circles import MAX_DEPTH, WORDS, in_circle, rests_on, too_deep
from makegood.programme.delivery_checks import delivery
from makegood.programme.figure import Choice, Figure, Row, Selector
from makegood.programme.money_terms import RepaymentStep
from makegood.programme.reading import Terms
from makegood.programme.yaml_text import Place
from makegood.values.fingerprint import decimal_text
from makegood.values.problem import Problem, nearest

RESERVED = ("all",)
"""`cohort: all` is the pooled result of every cohort; `lines: all` every line."""
Check = Callable[[Terms], Iterator[Problem]]


def check_terms(terms: Terms) -> list[Problem]:
    """Every problem of the terms as they stand."""
    return sorted({problem for check in CHECKS for problem in check(terms)})


def references(terms: Terms) -> Iterator[Problem]:
    """Every name is defined somewhere."""
    programme = terms.programme
    tranches = {investment.tranche for investment in programme.investments.values() if investment.tranche}
    known: dict[str, Iterable[str]] = {
        "party": programme.parties,
        "metric": programme.outcome_metrics,
        "line": programme.outcome_pricings,
        "figure": programme.figures,
        "evidence": programme.evidence,
        "settlement": programme.outcome_payment_plan.settlements,
        "cohort": [*programme.cohorts, *RESERVED],
        "class": programme.classes,
        "phase": programme.phases,
        "event": programme.exit_plan,
        "investment": programme.investments,
        "capital": [*programme.investments, *tranches],
        "tranche": tranches,
        "anybody": [*programme.parties, *programme.investments, *tranches, "investments"],
        "payer": programme.outcome_payment_commitments,
        "lines": [*programme.outcome_pricings, *RESERVED],
        "repayable": [*programme.investments, *tranches, "investments"],
    }
    for place, term in terms.of_money:
        if place[:1] in (("examples",), ("amendments",)):
            continue
        for key, kind, names in _names_in(term, place):
            for name in names:
                if name not in known[kind]:
                    where = terms.where((*place, key) if key else place)
                    noun = {"payer": "party", "anybody": "party", "repayable": "investment", "lines": "line"}.get(kind, kind)
                    yield Problem(
                        where,
                        f"unknown_{noun}",
                        f"'{name}' is not a {noun} of this programme",
                        "A name must lead to one term",
                        nearest(name, known[kind]),
                    )


_NAMES: dict[str, dict[str, str]] = {
    "OutcomePricing": {"metric": "metric", "net_of": "line", "evidence": "evidence", "settlement": "settlement", "after_event": "event"},
    "OutcomeMetric": {"evidence": "evidence"},
    "After": {"line": "line", "any_of": "line"},
    "Predecessor": {"line": "line", "any_of": "line"},
    "Sequence": {"not_with": "line"},
    "Return": {"to": "repayable"},
    "Limit": {"lines": "line", "payer": "payer", "beyond": "payer"},
    "Investment": {"investor": "party"},
    "Guarantee": {"guarantor": "party", "covers": "repayable"},
    "RepaymentStep": {"from_lines": "line"},
    "Part": {"to": "anybody"},
    "Service": {"provider": "party"},
    "Evidence": {"signed_by": "party", "validated_by": "party"},
    "Termination": {"event": "event"},
    "Measured": {"class_of": "metric"},
    "Figure": {
        "result": "metric",
        "effect": "metric",
        "claims": "metric",
        "accepted": "line",
        "earned": "lines",
        "committed": "capital",
        "tranche": "tranche",
        "named": "figure",
        "from_party": "party",
        "to_party": "party",
    },
    "Selector": {"cohort": "cohort", "class_": "class", "phase": "phase", "payer": "payer"},
    "Choice": {"cohort": "cohort", "class_": "class", "phase": "phase", "payer": "payer", "metric": "metric", "line": "line"},
}
"""Term -> its fields that hold names -> names of what."""


def _names_in(term: BaseModel, place: Place) -> Iterator[tuple[str, str, list[str]]]:
    kind = type(term).__name__
    for field, of_what in _NAMES.get(kind, {}).items():
        value = getattr(term, field)
        if value is not None:
            alias = type(term).model_fields[field].alias or field
            yield ("" if field == "named" else alias), of_what, value if isinstance(value, list) else [value]
    if kind == "OutcomePaymentCommitment":
        yield "", "party", [str(place[-1])]
    if isinstance(term, RepaymentStep):
        yield "to", "repayable" if term.pays in ("principal", "return") else "anybody", term.to


def names(terms: Terms) -> Iterator[Problem]:
    """A name means one thing: no cohort or line is called `all`, no party as somebody else's investment."""
    programme = terms.programme
    words = {"cohorts": "all", "outcome_pricings": "all", "parties": "investments", "investments": "investments"}
    for part, word in words.items():
        if word in getattr(programme, part):
            what = f"'{word}' is a word of the language: all of them together"
            yield Problem(terms.where((part, word)), "two_meanings", what, "A name must lead to one term", "choose another name")
    for name, investment in programme.investments.items():
        for party in sorted(set(programme.parties) & {name, investment.tranche or name}):
            if party != investment.investor:
                what = f"'{party}' is a party, and names an investment of '{investment.investor}'"
                why = "Money for the one could go to the other"
                yield Problem(terms.where(("investments", name)), "two_meanings", what, why, "give the investment a name of its own")


def circles(terms: Terms) -> Iterator[Problem]:
    """Nothing rests on itself, waits for itself, or rests on others without end."""
    programme = terms.programme
    graph = rests_on(programme)
    found = in_circle(graph)
    for part, name in found:
        yield Problem(
            terms.where((part, name)),
            "circle",
            WORDS[part].format(name),
            "It would never have a value",
            "take one of the references out",
        )
    for part, name in [] if found else too_deep(graph):
        yield Problem(
            terms.where((part, name)),
            "too_deep",
            f"'{name}' rests on figures that rest on figures, more than {MAX_DEPTH} deep",
            "Nobody could follow it",
            "let some of them say what they are directly",
        )
    waits: dict[str, set[str]] = {}
    for name, line in programme.outcome_pricings.items():
        sequence = line.sequence
        before = [] if sequence is None else [*sequence.after, *sequence.once_accepted]
        waits[name] = {other for predecessor in before for other in predecessor.lines()}
    for name in in_circle(waits):
        yield Problem(
            terms.where(("outcome_pricings", name, "sequence")),
            "circle",
            f"the line '{name}' must wait for itself",
            "No claim could ever be paid",
            "take one of the predecessors out",
        )
    for name, line in programme.outcome_pricings.items():
        doors = line.sequence.once_accepted if line.sequence else []
        for other in [other for door in doors for other in door.lines()]:
            excluding = programme.outcome_pricings[other].sequence if other in programme.outcome_pricings else None
            if excluding is not None and name in excluding.not_with:
                yield Problem(
                    terms.where(("outcome_pricings", name, "sequence", "once_accepted")),
                    "circle",
                    f"'{name}' waits for '{other}', which it excludes",
                    "Once paid, it would take away what it was paid for",
                    "take one of the two out",
                )


def tables(terms: Terms) -> Iterator[Problem]:
    """Steps and slices join without gap or overlap; points ascend; rows of `by` do not overlap."""
    for place, term in terms.of_money:
        if not isinstance(term, Figure):
            continue
        rows = term.rows or []
        if term.points is not None:
            ats = [_literal(row.at) for row in rows]
            if len(rows) < 2:
                yield Problem(terms.where((*place, "rows")), "one_point", "one point makes no line", "", "give at least two points")
            for index in range(1, len(rows)):
                before, after = ats[index - 1], ats[index]
                if before is not None and after is not None and before >= after:
                    yield Problem(
                        terms.where((*place, "rows", index)),
                        "not_ascending",
                        f"the point at {after} does not lie above {before}",
                        "A value must have one price",
                        "order the points upwards, each once",
                    )
        elif rows:
            yield from _joins(terms, place, rows)
        if term.by:
            yield from _overlapping_choices(terms, place, term.by)


def _joins(terms: Terms, place: Place, rows: list[Row]) -> Iterator[Problem]:
    for index, row in enumerate(rows):
        low, high = _literal(row.from_ or row.above), _literal(row.below or row.up_to)
        where = terms.where((*place, "rows", index))
        if low is not None and high is not None and (low > high or (low == high and not (row.from_ and row.up_to))):
            yield Problem(
                where, "empty_step", f"nothing lies between {low} and {high}", "This row can never apply", "swap or correct the edges"
            )
        if index == 0:
            continue
        previous = rows[index - 1]
        end, start = previous.below or previous.up_to, row.from_ or row.above
        if end is None and start is None and previous.until_paid is None:
            yield Problem(
                where,
                "edge_missing",
                "neither this row nor the one before says where they meet",
                "A value must have one price",
                "add `from` or `above` here",
            )
        elif end is None and _literal(previous.from_ or previous.above) is not None and _literal(start) is not None:
            if _literal(previous.from_ or previous.above) >= _literal(start):  # type: ignore[operator]
                yield Problem(
                    where,
                    "steps_overlap",
                    "this row does not start above the one before",
                    "A value must have one price",
                    "order the rows upwards",
                )
        elif end is not None and start is not None:
            yield from _meet(where, previous, row)


def _meet(where: Any, previous: Row, row: Row) -> Iterator[Problem]:
    end, start = _literal(previous.below or previous.up_to), _literal(row.from_ or row.above)
    if end is None or start is None:
        return
    both_closed = previous.up_to is not None and row.from_ is not None
    both_open = previous.below is not None and row.above is not None
    if start < end or (start == end and both_closed):
        yield Problem(
            where,
            "steps_overlap",
            f"this row starts at {start}, the one before ends at {end}{' and both include it' if start == end else ''}",
            "A value must have one price",
            "let the rows meet: one includes the edge, the other does not",
        )
    elif start > end or both_open:
        yield Problem(
            where,
            "steps_gap",
            f"nothing is said of values {f'from {end} to {start}' if start != end else f'of exactly {end}'}",
            "An outcome in the gap would have no price",
            "let the rows meet: `below: x` and `from: x`, or `up_to: x` and `above: x`",
        )


def _overlapping_choices(terms: Terms, place: Place, choices: list[Choice]) -> Iterator[Problem]:
    for index, one in enumerate(choices):
        for other in choices[:index]:
            if one.when or other.when or one.otherwise or other.otherwise:
                continue
            first, second = one.chosen(), other.chosen()
            apart = any(not set(first[column]) & set(second[column]) for column in first.keys() & second.keys())
            early = one.until is not None and other.from_ is not None and one.until <= other.from_
            late = other.until is not None and one.from_ is not None and other.until <= one.from_
            if not (apart or early or late):
                yield Problem(
                    terms.where((*place, "by", index)),
                    "choices_overlap",
                    "this row and an earlier one can both apply to one fact",
                    "A fact must have one value",
                    "let the rows differ in class, payer, phase, cohort or dates, or add `when`",
                )


def amounts(terms: Terms) -> Iterator[Problem]:
    """Currencies agree; prices, commitments and caps are not negative; a cap is not below its floor."""
    programme = terms.programme
    for place, term in terms.of_money:
        if isinstance(term, Figure):
            if term.currency is not None and term.currency != programme.currency:
                yield Problem(
                    terms.where(place),
                    "currency_mismatch",
                    f"{term.currency} stands here, the programme settles in {programme.currency}",
                    "No rate of exchange is agreed",
                    f"convert the amount to {programme.currency}",
                )
            low, high = _literal(term.at_least), _literal(term.at_most)
            if low is not None and high is not None and high < low:
                yield Problem(
                    terms.where((*place, "at_most")),
                    "cap_below_floor",
                    f"at most {high} and at least {low} cannot both hold",
                    "The figure would have no value",
                    "correct one of the two",
                )
            if place[-1:] in (("committed",), ("at_most",), ("amount",), ("maximum",)) and (term.number or 0) < 0:
                yield _negative(terms, place, f"{place[-1]} is negative: {term.number}")
    for name, pricing in programme.outcome_pricings.items():
        for inner, figure in priced_by(pricing.price):
            if (figure.number or 0) < 0:
                yield _negative(terms, ("outcome_pricings", name, "price", *inner), f"the price is negative: {figure.number}")


def priced_by(price: Figure) -> Iterator[tuple[Place, Figure]]:
    """The figures that a price may turn out to be: itself, what its rows are, what its choices are; not what it asks."""
    yield (), price
    for index, row in enumerate(price.rows or []):
        for name, part in (("is", row.is_), ("each", row.each)):
            if part is not None:
                yield from (((*("rows", index, name), *place), figure) for place, figure in priced_by(part))
    for index, choice in enumerate(price.by or []):
        yield from ((("by", index, "is", *place), figure) for place, figure in priced_by(choice.is_))


def _negative(terms: Terms, place: Place, what: str) -> Problem:
    remedy = "write the amount without a sign; a deduction is a line of its own that says so"
    return Problem(terms.where(place), "negative_amount", what, "An outcome would cost the provider money", remedy)


def shares(terms: Terms) -> Iterator[Problem]:
    """Shares of payers that are plain numbers add up to 100%."""
    commitments = [one for one in terms.programme.outcome_payment_commitments.values() if one.retired_on is None]
    literals = [_literal(commitment.share) for commitment in commitments]
    if any(commitment.own_cases for commitment in commitments) or any(share is None for share in literals):
        return
    total = sum((share for share in literals if share is not None), Decimal(0))
    if total != 1:
        yield Problem(
            terms.where(("outcome_payment_commitments",)),
            "shares",
            f"the payers' shares add up to {decimal_text(total * 100)}%",
            "A part of each payment would be nobody's, or be paid twice",
            "let them add up to 100%",
        )


def order(terms: Terms) -> Iterator[Problem]:
    """Dates are in order; limits are in an order that can be carried out; roles fit."""
    programme = terms.programme
    calendar = programme.calendar
    for earlier, later in (("starts_on", "ends_on"), ("intake_from", "intake_until"), ("starts_on", "intake_until")):
        first, second = getattr(calendar, earlier), getattr(calendar, later)
        if first is not None and second is not None and second <= first:
            yield Problem(
                terms.where(("calendar", later)),
                "dates_reversed",
                f"{later} {second} does not come after {earlier} {first}",
                "The contract would never run",
                "correct one of the two",
            )
    split = False
    for name, limit in programme.limits.items():
        if ("person" in limit.per or limit.of != "money") and split:
            kind = f"of {limit.of}" if limit.of != "money" else "per person"
            yield Problem(
                terms.where(("limits", name)),
                "limit_order",
                f"a limit {kind} comes after a limit per payer",
                "What payers bear is split from whole payments, so outcomes and persons are no longer in it",
                f"put limits {kind} first",
            )
        split = split or "payer" in limit.per or limit.payer is not None
    for name in programme.outcome_payment_commitments:
        party = programme.parties.get(name)
        if party is not None and "outcome_payer" not in party.roles:
            yield Problem(
                terms.where(("parties", name, "roles")),
                "role",
                f"'{name}' pays for outcomes but is no outcome_payer",
                "",
                "add the role outcome_payer",
            )
    for name, investment in programme.investments.items():
        party = programme.parties.get(investment.investor)
        if party is not None and "investor" not in party.roles:
            yield Problem(
                terms.where(("investments", name, "investor")),
                "role",
                f"'{investment.investor}' invests but is no investor",
                "",
                "add the role investor",
            )
    for name, pricing in programme.outcome_pricings.items():
        metric = programme.outcome_metrics.get(pricing.metric)
        if metric is not None and not metric.payable:
            yield Problem(
                terms.where(("outcome_pricings", name, "metric")),
                "not_payable",
                f"'{pricing.metric}' is agreed as not payable",
                "",
                "price another metric, or make it payable",
            )
    for name, metric in programme.outcome_metrics.items():
        for index, rows in enumerate(metric.effect.counterfactual if metric.effect else []):
            others = metric.effect.counterfactual[:index] if metric.effect else []
            for other in others:
                apart = (rows.until and other.from_ and rows.until <= other.from_) or (
                    other.until and rows.from_ and other.until <= rows.from_
                )
                if not apart and rows.where == other.where:
                    yield Problem(
                        terms.where(("outcome_metrics", name, "effect", "counterfactual", index)),
                        "choices_overlap",
                        "two counterfactuals apply on one day",
                        "An effect must have one measure",
                        "give them `from` and `until`",
                    )


def facts_named(terms: Terms) -> Iterator[Problem]:
    """A class, phase or cohort that prices depend on has a price everywhere."""
    programme = terms.programme
    declared = {
        "class": set(programme.classes),
        "phase": set(programme.phases),
        "cohort": set(programme.cohorts),
        "payer": set(programme.outcome_payment_commitments),
    }
    for place, term in terms.of_money:
        if not isinstance(term, Figure) or not term.by or any(choice.otherwise for choice in term.by):
            continue
        columns = [set(choice.chosen()) for choice in term.by]
        if not all(len(column) == 1 and column == columns[0] for column in columns) or any(choice.when for choice in term.by):
            continue
        column = next(iter(columns[0]))
        covered = {value for choice in term.by for value in choice.chosen()[column]}
        missing = declared.get(column, set()) - covered
        selected = _only(programme, place, column)
        missing = missing & selected if selected else missing
        if missing:
            yield Problem(
                terms.where((*place, "by")),
                "choice_missing",
                f"nothing is said of {column} {', '.join(sorted(missing))}",
                "A fact of that kind would have no value",
                "add a row, or `otherwise: yes`",
                severity="warning",
            )


def _only(programme: Any, place: Place, column: str) -> set[str]:
    if place[:1] != ("outcome_pricings",):
        return set()
    only: Selector | None = programme.outcome_pricings[place[1]].only
    return set(only.chosen().get(column, ())) if only else set()


def _literal(figure: Figure | None) -> Decimal | None:
    return None if figure is None else figure.number


CHECKS: tuple[Check, ...] = (references, names, circles, tables, amounts, shares, order, facts_named, delivery)
