"""Working out figures: one small function a verb, in a dict by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from itertools import pairwise

from makegood.payment.effects import effect_of, pooled
from makegood.payment.facts import Books, results_for
from makegood.payment.lookups import counted_claims, drawings_on, earned_by, this_claim, transactions_of
from makegood.payment.node import Node
from makegood.payment.scope import Scope
from makegood.payment.times import elapsed, growth
from makegood.programme.figure import Choice, Condition, Figure, Row
from makegood.programme.yaml_text import Place
from makegood.values.currency import EXACT, rounded
from makegood.values.problem import Problem

Verb = Callable[[Figure, Place, Scope, Books], Node]


def work_out(figure: Figure, place: Place, *, scope: Scope, books: Books) -> Node:
    """The value of a figure for a scope, with the steps that led to it.

    Decimal arithmetic with 50 digits; unknown inputs make an unknown figure. `place` is where the figure stands.
    """
    key = (place, scope)
    if key not in books.memo:
        with localcontext(EXACT):
            books.memo[key] = _bounded(VERBS[figure.verb](figure, place, scope, books), figure, place, scope, books)
    return books.memo[key]


def holds(condition: Condition, place: Place, *, scope: Scope, books: Books) -> tuple[bool, Node]:
    """Whether a condition holds, with the step that shows it: 1, 0, or unknown, which does not hold either."""
    if condition.figure is None:
        word = "all_of" if condition.all_of is not None else "any_of"
        parts = [
            holds(inner, (*place, word, index), scope=scope, books=books)
            for index, inner in enumerate(condition.all_of or condition.any_of or [])
        ]
        held = (all if word == "all_of" else any)(part[0] for part in parts)
        settled = (any if word == "all_of" else all)(part[1].value == 0 for part in parts)
        return held, Node(
            word.replace("_", " "),
            Decimal(held) if held or settled else None,
            books.terms.where(place),
            tuple(part[1] for part in parts),
            note="holds" if held else "does not hold",
        )
    node = work_out(condition.figure, (*place, "figure"), scope=scope, books=books)
    held, edges, words = _within(node.value, condition, place, scope, books)
    what = f"{node.shown()} {'is' if held else 'is not'} {words}"
    unknown = any(part.value is None for part in (node, *edges))
    return held, Node(what, None if unknown else Decimal(held), books.terms.where(place), (node, *edges), how="condition")


def _bounded(node: Node, figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    def bound(name: str, other: Figure, choose: Callable[[Decimal, Decimal], Decimal], words: str) -> None:
        nonlocal node
        limit = work_out(other, (*place, name), scope=scope, books=books)
        value = None if node.value is None or limit.value is None else choose(node.value, limit.value)
        node = Node(words, value, books.terms.where((*place, name)), (node, limit), how="bound")

    if figure.if_unknown is not None and node.value is None:
        other = work_out(figure.if_unknown, (*place, "if_unknown"), scope=scope, books=books)
        node = Node(
            "not known, so this counts instead", other.value, books.terms.where((*place, "if_unknown")), (other, node), how="instead"
        )
    if figure.only_above is not None:
        bound("only_above", figure.only_above, lambda value, edge: max(value - edge, Decimal(0)), "only what lies above")
    if figure.at_least is not None:
        bound("at_least", figure.at_least, max, "at least")
    if figure.at_most is not None:
        bound("at_most", figure.at_most, min, "at most")
    if figure.round is not None:
        value = None if node.value is None else rounded(node.value, figure.round.to, figure.round.rule)
        node = Node(
            f"rounded to {figure.round.to} ({figure.round.rule})", value, books.terms.where((*place, "round")), (node,), how="round"
        )
    return node


def _number(figure: Figure, place: Place, _scope: Scope, books: Books) -> Node:
    return Node(str(figure.title or "agreed"), figure.number, books.terms.where(place), how="number")


def _named(figure: Figure, _place: Place, scope: Scope, books: Books) -> Node:
    name = str(figure.named)
    inner = books.terms.programme.figures[name]
    place = ("figures", name)
    node = work_out(inner, place, scope=scope, books=books)
    return Node(str(inner.title or name.replace("_", " ")), node.value, books.terms.where(place), (node,), how="named")


def _is(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    assert figure.is_ is not None  # noqa: S101 - the verb was chosen by it
    node = work_out(figure.is_, (*place, "is"), scope=scope, books=books)
    return replace(node, what=str(figure.title or node.what))


def _result(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    metric = str(figure.result)
    rows = results_for(books, metric, scope=scope, where=figure.where)
    take = figure.take or "value"
    value, note = pooled(rows, books.terms.programme.outcome_metrics[metric], take)
    if note.startswith("several"):
        _report_several(books, place, metric, note)
    return Node(f"{metric}: {take}", value, books.terms.where(place), evidence=tuple(f"result {row.result}" for row in rows), note=note)


def _report_several(books: Books, place: Place, metric: str, note: str) -> None:
    where = books.terms.where(place)
    remedy = f"say how they combine (`pools` of the metric '{metric}'), or name the cohort or period with `for_each` or `where`"
    books.problems.add(Problem(where, "several_results", f"{note} of '{metric}' apply at once", "They cannot all be the figure", remedy))


def _effect(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    metric = str(figure.effect)
    rows = results_for(books, metric, scope=scope, where=figure.where)
    return effect_of(metric, rows, place, scope=scope, books=books, work_out=work_out, report_several=_report_several)


def _committed(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    investments = books.terms.programme.investments
    meant = [
        name
        for name, investment in investments.items()
        if name in (figure.committed or []) or investment.tranche in (figure.committed or [])
    ]
    parts = tuple(work_out(investments[name].committed, ("investments", name, "committed"), scope=scope, books=books) for name in meant)
    return _folded("committed", place, parts, lambda values: sum(values, Decimal(0)), books)


def _enough_for(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    """Every drawing grows by the rate, every payment takes off; what is left is still needed on the day of settlement."""
    assert figure.enough_for is not None  # noqa: S101 - the verb was chosen by it
    rate = work_out(figure.enough_for.annual, (*place, "enough_for", "annual"), scope=scope, books=books)
    if rate.value is None:
        return Node("enough for a return", None, books.terms.where(place), (rate,), note="rests on something unknown")
    drawings = drawings_on(figure.enough_for.to, books)
    flows = [(row.date, row.amount) for row in drawings] + [(day, -amount) for day, amount in books.receipts]
    balance, last = Decimal(0), books.as_of
    for day, amount in [*sorted(flows, key=lambda flow: (flow[0], -flow[1])), (books.as_of, Decimal(0))]:
        balance = max(balance, Decimal(0)) * (1 + rate.value) ** (Decimal(max((day - last).days, 0)) / 365) + amount
        last = day
    return Node(
        f"paid in all for {rate.value * 100:f}% a year on drawn capital",
        sum((amount for _, amount in books.receipts), Decimal(0)) + max(balance, Decimal(0)),
        books.terms.where(place),
        (rate,),
        evidence=tuple(f"transaction {row.transaction}" for row in drawings),
    )


def _folded(what: str, place: Place, parts: tuple[Node, ...], fold: Callable[[list[Decimal]], Decimal | None], books: Books) -> Node:
    values = [part.value for part in parts if part.value is not None]
    unknown = len(values) < len(parts)
    return Node(
        what, None if unknown else fold(values), books.terms.where(place), parts, note="rests on something unknown" if unknown else ""
    )


def _product(values: list[Decimal]) -> Decimal:
    result = Decimal(1)
    for value in values:
        result *= value
    return result


FOLDS: dict[str, Callable[[list[Decimal]], Decimal | None]] = {
    "sum": lambda values: sum(values, Decimal(0)),
    "difference": lambda values: values[0] - sum(values[1:], Decimal(0)),
    "product": _product,
    "ratio": lambda values: values[0] / values[1] if values[1] != 0 else None,
    "least": min,
    "greatest": max,
}


def _combined(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    verb = figure.verb
    parts = tuple(work_out(part, (*place, verb, index), scope=scope, books=books) for index, part in enumerate(figure.word(verb)))
    node = replace(_folded(str(figure.title or verb), place, parts, FOLDS[verb], books), how=verb)
    divided_by_nothing = verb == "ratio" and node.value is None and not node.note
    return replace(node, note="nothing to divide by") if divided_by_nothing else node


def _within(value: Decimal | None, row: Condition | Row, place: Place, scope: Scope, books: Books) -> tuple[bool, tuple[Node, ...], str]:
    """Whether a value lies between a row's edges; the edges; the interval in words."""
    held, nodes, words = value is not None, [], []
    tests: tuple[tuple[str, Figure | None, str, Callable[[Decimal, Decimal], bool]], ...] = (
        ("from", row.from_, "at least", lambda given, edge: given >= edge),
        ("above", row.above, "more than", lambda given, edge: given > edge),
        ("below", row.below, "less than", lambda given, edge: given < edge),
        ("up_to", row.up_to, "at most", lambda given, edge: given <= edge),
    )
    for name, figure, phrase, test in tests:
        if figure is not None:
            edge = work_out(figure, (*place, name), scope=scope, books=books)
            nodes.append(edge)
            words.append(f"{phrase} {edge.shown()}")
            held = held and value is not None and edge.value is not None and test(value, edge.value)
    return held, tuple(nodes), " and ".join(words) or "any value"


def _steps(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    assert figure.steps is not None  # noqa: S101
    of = work_out(figure.steps, (*place, "steps"), scope=scope, books=books)
    if of.value is None:
        return Node("step", None, books.terms.where(place), (of,), note="rests on something unknown")
    starts = _row_starts(figure.rows or [])
    for index, row in enumerate(figure.rows or []):
        held, _, words = _within(of.value, starts[index], (*place, "rows", index), scope, books)
        if held and row.is_ is not None:
            inner = work_out(row.is_, (*place, "rows", index, "is"), scope=scope, books=books)
            return Node(f"step for {words}", inner.value, books.terms.where((*place, "rows", index)), (of, inner), how="table")
    return Node("no step applies", Decimal(0), books.terms.where(place), (of,), note=f"no step covers {of.shown()}: it pays nothing")


def _row_starts(rows: Sequence[Row]) -> list[Row]:
    """Rows whose open sides are closed by their neighbours: a row ends where the next begins."""
    closed = []
    for index, row in enumerate(rows):
        below, up_to = row.below, row.up_to
        if below is None and up_to is None and index + 1 < len(rows):
            below, up_to = rows[index + 1].from_, rows[index + 1].above
        from_, above = row.from_, row.above
        if from_ is None and above is None and index:
            from_, above = rows[index - 1].below, rows[index - 1].up_to
        closed.append(row.model_copy(update={"from_": from_, "above": above, "below": below, "up_to": up_to}))
    return closed


def _points(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    assert figure.points is not None  # noqa: S101
    of = work_out(figure.points, (*place, "points"), scope=scope, books=books)
    line: list[tuple[Decimal, Decimal]] = []
    for index, row in enumerate(figure.rows or []):
        at, is_ = (
            work_out(part, (*place, "rows", index, name), scope=scope, books=books).value
            for name, part in (("at", row.at), ("is", row.is_))
            if part is not None
        )
        if at is not None and is_ is not None:
            line.append((at, is_))
    if of.value is None or len(line) < len(figure.rows or []):
        return Node("on the line", None, books.terms.where(place), (of,), note="rests on something unknown")
    if of.value <= line[0][0]:
        return Node(f"at or before the first point ({line[0][0]})", line[0][1], books.terms.where(place), (of,))
    for (x0, y0), (x1, y1) in pairwise(line):
        if of.value <= x1:
            return Node(
                f"on the line from {x0} → {y0} to {x1} → {y1}",
                y0 + (y1 - y0) * (of.value - x0) / (x1 - x0),
                books.terms.where(place),
                (of,),
            )
    return Node(f"at or beyond the last point ({line[-1][0]})", line[-1][1], books.terms.where(place), (of,))


def _slices(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    """Marginal tiers: each row prices the part of the value that lies in it; `until_paid` ends a row at an amount."""
    assert figure.slices is not None  # noqa: S101
    of = work_out(figure.slices, (*place, "slices"), scope=scope, books=books)
    if of.value is None:
        return Node("slices", None, books.terms.where(place), (of,), note="rests on something unknown")
    total, reached, parts = Decimal(0), None, []
    rows = _row_starts(figure.rows or [])
    for index, row in enumerate(rows):
        here = (*place, "rows", index)

        def edge(name: str, inner: Figure | None, here: Place = here) -> Decimal | None:
            return None if inner is None else work_out(inner, (*here, name), scope=scope, books=books).value

        low = edge("from", row.from_) if row.from_ is not None else edge("above", row.above)
        high = edge("below", row.below) if row.below is not None else edge("up_to", row.up_to)
        each, ceiling = edge("each", row.each), edge("until_paid", row.until_paid)
        if each is None or (row.until_paid is not None and ceiling is None):
            return Node("slices", None, books.terms.where(here), (of,), note="rests on something unknown")
        start = reached if reached is not None else (low if low is not None else Decimal(0))
        end = of.value if high is None else min(of.value, high)
        if ceiling is not None and each > 0:
            end = min(end, start + max(ceiling - total, Decimal(0)) / each)
        width = max(end - start, Decimal(0))
        reached = start + width
        total += width * each
        parts.append(Node(f"{Node('', width, of.where).shown()} at {each}", width * each, books.terms.where(here)))
    return Node("sum of slices", total, books.terms.where(place), (of, *parts))


def _by(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    for index, choice in enumerate(figure.by or []):
        here = (*place, "by", index)
        held, tests = _applies(choice, here, scope, books)
        if held:
            node = work_out(choice.is_, (*here, "is"), scope=scope, books=books)
            named = [", ".join(values) for values in choice.chosen().values()]
            return Node(
                f"for {' / '.join(named) if named else 'otherwise' if choice.otherwise else 'this case'}",
                node.value,
                books.terms.where(here),
                (node, *tests),
            )
    return Node("no row applies", None, books.terms.where(place), note="no row of `by` applies to this fact")


def _applies(choice: Choice, place: Place, scope: Scope, books: Books) -> tuple[bool, tuple[Node, ...]]:
    if not choice.on_a_day_meant(scope.on or books.as_of):
        return False, ()
    if any(scope.value(column) not in allowed for column, allowed in choice.chosen().items()):
        return False, ()
    tests = [holds(condition, (*place, "when", index), scope=scope, books=books) for index, condition in enumerate(choice.when)]
    return all(held for held, _ in tests), tuple(node for _, node in tests)


VERBS: dict[str, Verb] = {
    "number": _number,
    "is": _is,
    "named": _named,
    "result": _result,
    "effect": _effect,
    "claims": counted_claims,
    "accepted": counted_claims,
    "this_claim": this_claim,
    "earned": earned_by,
    "transactions": transactions_of,
    "committed": _committed,
    "enough_for": _enough_for,
    "elapsed": elapsed,
    "growth": growth,
    "steps": _steps,
    "points": _points,
    "slices": _slices,
    "by": _by,
    **dict.fromkeys(FOLDS, _combined),
}
