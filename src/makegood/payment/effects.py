"""From results to an effect: pooling rows, and comparing with what would have happened otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from makegood.cases.rows import Result
from makegood.payment.facts import Books, day_of
from makegood.payment.node import Node
from makegood.payment.scope import Scope, chosen_by
from makegood.programme.metric import Counterfactual, Effect, OutcomeMetric
from makegood.programme.yaml_text import Place
from makegood.values.problem import Problem

OF_ONE_SAMPLE = ("se", "p", "ci_low", "ci_high")
"""What belongs to one sample: of several it cannot be had by adding or averaging."""
COUNTED = ("n", "comparison_n", "unmatched_n", "unknown_n")


def taken(row: Result, take: str) -> Decimal | None:
    """One column of a result; `value` is what was accepted of it where the row says so."""
    if take == "value":
        return row.accepted if row.accepted is not None else row.value
    value = getattr(row, {"reported": "value", "comparison": "comparison_value"}.get(take, take))
    return None if value is None else Decimal(value)


def pooled(rows: Sequence[Result], metric: OutcomeMetric, take: str) -> tuple[Decimal | None, str]:
    """One figure from several rows, as the metric's `pools` says; a note where it is unknown.

    Counts of persons add up, except that `latest` takes them from the last row. `mean_by_n` weighs by `n`, the
    comparison by `comparison_n`.
    """
    values = [taken(row, take) for row in rows]
    if not rows:
        return None, "no result"
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        words = {"comparison": "figure to compare with"}.get(take, take.replace("_", " "))
        missing = "the result gives" if len(values) == 1 else f"{len(values) - len(known)} of {len(values)} results give"
        return None, f"{missing} no {words}"
    if len(known) == 1:
        return known[0], ""
    if metric.pools == "latest":
        return known[-1], ""
    if take in OF_ONE_SAMPLE:
        return None, f"{take} of several results cannot be combined; give one result of them together"
    if metric.pools == "none":
        return None, f"several results ({', '.join(row.result for row in rows[:5])})"
    if metric.pools == "sum" or take in COUNTED:
        return sum(known, Decimal(0)), ""
    if metric.pools == "mean":
        return sum(known, Decimal(0)) / len(known), ""
    persons = [row.comparison_n if take == "comparison" and row.comparison_n is not None else row.n for row in rows]
    weights = [Decimal(count) for count in persons if count is not None]
    if len(weights) < len(known) or sum(weights) == 0:
        return None, "mean_by_n needs `n` in each result"
    return sum((value * weight for value, weight in zip(known, weights, strict=True)), Decimal(0)) / sum(weights), ""


def effect_of(
    name: str,
    rows: Sequence[Result],
    place: Place,
    *,
    scope: Scope,
    books: Books,
    work_out: Callable[..., Node],
    report_several: Callable[[Books, Place, str, str], None],
) -> Node:
    """The effect on a metric as its `effect` clause forms it; improvement is positive. See `programme.metric.Effect`."""
    metric = books.terms.programme.outcome_metrics[name]
    clause: Place = ("outcome_metrics", name, "effect")
    where = books.terms.where(clause)
    evidence = tuple(f"result {row.result}" for row in rows)
    effect = metric.effect or Effect(form="value", counterfactual=[Counterfactual(kind="none")])
    value, note = pooled(rows, metric, "value")
    if note.startswith("several"):
        report_several(books, place, name, note)
    if value is None:
        return Node(f"effect on {name}", None, where, evidence=evidence, note=note)
    persons, why_not = pooled(rows, metric, "n")
    if effect.fallback is not None and persons is None:
        return Node(
            f"effect on {name}", None, where, evidence=evidence, note=f"the size of the sample decides, and is not known: {why_not}"
        )
    if effect.fallback is not None and persons is not None and persons < effect.fallback.below:
        node = work_out(effect.fallback.is_, (*clause, "fallback", "is"), scope=scope, books=books)
        return Node(f"effect on {name}: the sample is smaller than {effect.fallback.below}", node.value, where, (node,), evidence)
    measured = Node(f"{name}: measured", value, where, evidence=evidence)
    index, counterfactual = _counterfactual(effect, rows, scope, books)
    if counterfactual is None:
        return Node(f"effect on {name}", None, where, (measured,), note="no counterfactual is agreed for this day")
    if counterfactual.protocol_sha256 is not None and counterfactual.unsigned == "refused" and name not in books.signed:
        _unsigned(name, rows, counterfactual.protocol_sha256, books)
        return Node(f"effect on {name}", None, where, (measured,), note="the comparison is not signed")
    if counterfactual.kind == "none" or effect.form == "value":
        return Node(f"effect on {name}", value, where, (measured,))
    _same_kind(rows, counterfactual, clause, books)
    if counterfactual.is_ is not None:
        otherwise = work_out(counterfactual.is_, (*clause, "counterfactual", index, "is"), scope=scope, books=books)
    else:
        compared, why = pooled(rows, metric, "comparison")
        otherwise = Node(
            f"{name}: {counterfactual.kind.replace('_', ' ')}",
            compared,
            books.terms.where((*clause, "counterfactual", index)),
            evidence=evidence,
            note=why,
        )
    if otherwise.value is None:
        return Node(f"effect on {name}", None, where, (measured, otherwise), note="what would have happened otherwise is not known")
    formed, words = _formed(effect.form, value, otherwise.value, fewer=metric.better == "fewer")
    node = Node(
        f"effect on {name}: {words}", formed, where, (measured, otherwise), note="" if formed is not None else "nothing to divide by"
    )
    if effect.significant_at is not None:
        p = pooled(rows, metric, "p")[0]
        if p is None or p > effect.significant_at:
            if p is None:
                return Node(f"effect on {name}", None, where, (node,), note="whether it is significant is not known: no p is given")
            return Node(f"effect on {name} counts as none", Decimal(0), where, (node,), note=f"p is {p}, {effect.significant_at} is asked")
    return node


def _counterfactual(effect: Effect, rows: Sequence[Result], scope: Scope, books: Books) -> tuple[int, Counterfactual | None]:
    ends = [day_of(row) for row in rows]
    day: date = scope.on or max((end for end in ends if end is not None), default=books.as_of)
    values = {column: scope.value(column) for column in ("cohort", "class", "payer", "phase", "component")}
    for index, counterfactual in enumerate(effect.counterfactual):
        in_time = (counterfactual.from_ is None or day >= counterfactual.from_) and (
            counterfactual.until is None or day < counterfactual.until
        )
        if in_time and chosen_by(counterfactual.where, values, day):
            return index, counterfactual
    return 0, None


def _same_kind(rows: Sequence[Result], counterfactual: Counterfactual, clause: Place, books: Books) -> None:
    for row in rows:
        if row.comparison_kind is not None and row.comparison_kind != counterfactual.kind:
            what = f"result '{row.result}' compares with a {row.comparison_kind}, the terms with a {counterfactual.kind}"
            remedy = f"bring a result compared with a {counterfactual.kind}, or amend {books.terms.where(clause).path}"
            books.problems.add(Problem(row.where, "comparison_kind", what, "Another comparison is another effect", remedy))


def _unsigned(name: str, rows: Sequence[Result], protocol: str, books: Books) -> None:
    """A comparison that was typed in where the terms pin a protocol: there is nothing to say who made it, or how."""
    for row in rows:
        if row.comparison_value is not None:
            what = f"result '{row.result}' compares '{name}', and nobody signed it"
            why = f"The terms pin the protocol {protocol[:12]}…; a comparison counts when the evaluator signed it under that"
            remedy = "bring the signed result (`--effect effect.json`), or agree `unsigned: accepted` beside the pin"
            books.problems.add(Problem(row.where, "unsigned", what, why, remedy))


def _formed(form: str, value: Decimal, otherwise: Decimal, *, fewer: bool) -> tuple[Decimal | None, str]:
    gain = otherwise - value if fewer else value - otherwise
    if form == "relative":
        return (gain / otherwise if otherwise != 0 else None), f"relative {'reduction' if fewer else 'increase'}"
    if form == "ratio":
        return (value / (value + otherwise) if value + otherwise != 0 else None), "share of both"
    return gain, ("difference in points" if form == "points" else "difference")
