"""Worked examples: the parties sign the sums with the text, and every reader can run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from makegood.cases.rows import Claim, Result, Row, Transaction, rows_from
from makegood.programme.reading import Agreement
from makegood.programme.root import Example
from makegood.programme.yaml_text import Place
from makegood.settle import Settlement, as_earlier, settle
from makegood.values.fingerprint import decimal_text
from makegood.values.parsing import money, number
from makegood.values.problem import Problem, Refused, Where


@dataclass(frozen=True)
class Worked:
    """An example after it was run: what it says, what came out, and the problems (none: they agree).

    `settled` is no where its rows do not fit the terms, so that nothing came out at all.
    """

    name: str
    why: str
    checked: int
    problems: tuple[Problem, ...]
    settled: bool = True


def run_examples(agreement: Agreement) -> list[Worked]:
    """Run every worked example of a programme, each under the terms of its own day."""
    examples = agreement.on(None).programme.examples
    return [_run(name, example, agreement) for name, example in examples.items()]


def settled_examples(agreement: Agreement) -> Iterator[Settlement]:
    """The settlement of every worked example. Raises Refused where one cannot be settled."""
    for name in agreement.on(None).programme.examples:
        yield _chain(name, agreement)[-1]


def _run(name: str, example: Example, agreement: Agreement) -> Worked:
    place: Place = ("examples", name)
    try:
        outcome = _chain(name, agreement)[-1]
        told = list(_compared(example, outcome, agreement, place))
    except Refused as refused:
        return Worked(name, str(example.why or ""), 0, refused.problems, settled=False)
    where = Where(agreement.text.file, agreement.text.line_of(place), "/".join(map(str, place)))
    if not told:
        problem = Problem(
            where,
            "example_says_nothing",
            f"the example '{name}' expects nothing",
            "It could not be wrong",
            "add owes, lines, payers, figures, repays or refuses",
        )
        return Worked(name, str(example.why or ""), 0, (problem,))
    return Worked(name, str(example.why or ""), len(told), tuple(problem for problem in told if problem is not None))


def _chain(name: str, agreement: Agreement) -> list[Settlement]:
    """The settlements of the examples that came before this one, in order, and its own, net of theirs.

    That there are no circles among them was checked with the terms.
    """
    examples = agreement.on(None).programme.examples
    example = examples[name]
    place: Place = ("examples", name)
    before: list[Settlement] = []
    if example.after is not None:
        before = _chain(example.after, agreement)
    results = _rows(Result, "results", example.results, agreement, place)
    metrics = agreement.on(example.as_of).programme.outcome_metrics
    # An example shows the sum, not the signature: where a protocol is pinned its results stand for signed ones.
    compared = {name: metric.effect.counterfactual for name, metric in metrics.items() if metric.effect}
    pinned = {name for name, rows in compared.items() if any(row.protocol_sha256 for row in rows)}
    own = settle(
        agreement,
        results=[row for row in results if row.metric not in pinned],
        claims=_rows(Claim, "claims", example.claims, agreement, place),
        transactions=_rows(Transaction, "transactions", example.transactions, agreement, place),
        effect=[row for row in results if row.metric in pinned],
        paid_before=[as_earlier(settlement) for settlement in before],
        as_of=example.as_of,
    )
    return [*before, own]


def _rows(kind: type[Row], part: str, records: list[dict[str, str]], agreement: Agreement, place: Place) -> list[Row]:
    """Rows of an example; a missing identity is its number, a metric's row may leave out what its file requires."""
    identity = {"results": "result", "claims": "claim", "transactions": "transaction"}[part]
    filled: list[tuple[Where, Mapping[str, str]]] = []
    for index, record in enumerate(records):
        usual = {"cohort": "all"} if part == "results" else {}
        usual = {"currency": agreement.on(None).programme.currency} if part == "transactions" else usual
        here = (*place, part, index)
        where = Where(agreement.text.file, agreement.text.line_of(here), "/".join(map(str, here)))
        filled.append((where, {identity: f"{identity}_{index + 1}", **usual, **record}))
    return rows_from(kind, filled)


def _compared(example: Example, outcome: Settlement, agreement: Agreement, place: Place) -> Iterator[Problem | None]:
    """One item for each thing that the example says: None where it agrees, else the problem."""
    statement = outcome.statement

    def compare(path: Place, said: Any, came: Decimal | None) -> Problem | None:
        here = (*place, *path)
        where = Where(agreement.text.file, agreement.text.line_of(here), "/".join(map(str, here)))
        try:
            priced = money(said)
            expected = number(said) if priced is None else priced[1]
        except ValueError as error:
            return Problem(where, "not_typed", str(error).partition(";")[0], "", "write an amount")
        if came == expected:
            return None
        found = "unknown" if came is None else decimal_text(came)
        return Problem(
            where,
            "example_differs",
            f"the example expects {decimal_text(expected)}, the terms give {found}",
            "The text and its example cannot both be meant",
            "correct the terms or the example; `makegood explain` shows how the figure came about",
        )

    if example.owes is not None:
        yield compare(("owes",), example.owes, statement.total)
    for key, groups in (("lines", "line"), ("payers", "payer")):
        for name, said in getattr(example, key).items():
            yield compare(
                (key, name), said, sum((payment.amount for payment in statement.payments if getattr(payment, groups) == name), Decimal(0))
            )
    for name, said in example.figures.items():
        node = statement.figures.get(name)
        yield compare(("figures", name), said, None if node is None else node.value)
    for name, said in example.repays.items():
        repaid = [row.repaid for row in outcome.waterfall.repayments if row.investment == name]
        others = [step.amount for step in outcome.waterfall.distributions if step.to == name and not repaid]
        yield compare(("repays", name), said, sum([*repaid, *others], Decimal(0)))
    refused = {refusal.claim for refusal in (*statement.refused, *statement.waiting)}
    for index, claim in enumerate(example.refuses):
        here = (*place, "refuses", index)
        where = Where(agreement.text.file, agreement.text.line_of(here), "/".join(map(str, here)))
        yield (
            None
            if claim in refused
            else Problem(
                where,
                "example_differs",
                f"the example expects claim '{claim}' to be refused; it is paid",
                "The text and its example cannot both be meant",
                "correct the terms or the example",
            )
        )
