"""What types cannot see: names that nobody defined, circles, gaps, overlaps, shares that do not add up.

Each check is a function from terms to problems; `check_terms` runs them all and reports together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from makegood.programme.circles import MAX_DEPTH, WORDS, in_circle, rests_on, too_deep
from makegood.programme.constants import constant
from makegood.programme.delivery_checks import delivery
from makegood.programme.figure import Figure
from makegood.programme.name_checks import names, references
from makegood.programme.reading import Terms
from makegood.programme.table_checks import amounts, facts_named, tables
from makegood.programme.walking import walk
from makegood.values.fingerprint import decimal_text
from makegood.values.problem import Problem, nearest

Check = Callable[[Terms], Iterator[Problem]]


def check_terms(terms: Terms) -> list[Problem]:
    """Every problem of the terms as they stand."""
    return sorted({problem for check in CHECKS for problem in check(terms)})


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


def examples(terms: Terms) -> Iterator[Problem]:
    """An example comes after another one, and never after itself."""
    known = terms.programme.examples
    after = {name: {example.after} if example.after else set() for name, example in known.items()}
    for name, example in known.items():
        where = terms.where(("examples", name, "after"))
        if example.after is not None and example.after not in known:
            what = f"'{example.after}' is not an example of this programme"
            yield Problem(where, "unknown_example", what, "A name must lead to one term", nearest(example.after, known))
    for name in in_circle(after):
        what = f"'{known[name].after}' comes after this one itself"
        where = terms.where(("examples", name, "after"))
        yield Problem(where, "circle", what, "Neither could ever be settled", "let `after` lead back to an example that comes after none")


def shares(terms: Terms) -> Iterator[Problem]:
    """Shares of payers that are plain numbers add up to 100%."""
    commitments = [one for one in terms.programme.outcome_payment_commitments.values() if one.retired_on is None]
    literals = [constant(commitment.share, terms.programme) for commitment in commitments]
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


def claims_asked(terms: Terms) -> Iterator[Problem]:
    """Only what is priced claim by claim can ask for the claim, or for the other claims of its person."""
    programme = terms.programme
    for name, line in programme.outcome_pricings.items():
        if line.for_each == ["claim"]:
            continue
        for part in ("counts", "price", "when"):
            for word in sorted(_asked_of_a_claim(getattr(line, part), programme.figures)):
                what = f"`{word}` asks for the claim that is being priced, and '{name}' is not priced claim by claim"
                remedy = "add `for_each: claim`, or count with `claims` or `accepted`"
                yield Problem(terms.where(("outcome_pricings", name, part)), "no_claim", what, "It would never be known", remedy)


def _asked_of_a_claim(term: object, figures: dict[str, Figure]) -> set[str]:
    found: set[str] = set()
    queue, seen = [term], set[str]()
    while queue:
        for _, inner in walk(queue.pop()):
            if isinstance(inner, Figure):
                found |= {"this_claim"} if inner.this_claim else set()
                found |= {"same_person"} if inner.same_person else set()
                if inner.named in figures and inner.named not in seen:
                    seen.add(str(inner.named))
                    queue.append(figures[str(inner.named)])
    return found


def classes_of_months(terms: Terms) -> Iterator[Problem]:
    """A class is one of months: what it classifies must count months."""
    metrics = terms.programme.outcome_metrics
    for name, metric in metrics.items():
        classed = metric.measured.class_of if metric.measured else None
        other = metrics[classed].measured if classed in metrics else None
        if classed is not None and classed in metrics and (other is None or other.months_of is None):
            what = f"'{name}' classifies persons by the months of '{classed}', which counts no months"
            place = ("outcome_metrics", name, "measured", "class_of")
            yield Problem(terms.where(place), "no_months", what, "Nobody could be put in a class", "name a metric with `months_of`")


CHECKS: tuple[Check, ...] = (
    references,
    names,
    circles,
    tables,
    amounts,
    shares,
    order,
    facts_named,
    claims_asked,
    classes_of_months,
    examples,
    delivery,
)
