"""From a euro back to what it rests on: payment, limit, clause, figure, result, claim, month, record."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from makegood.report.settlement_json import load
from makegood.values.currency import shown
from makegood.values.problem import Problem, Refused, Where, nearest

FEW = 12
Deeper = Callable[[str, Mapping[str, str]], Sequence["Branch"]]
"""What lies below a row (its part: `results` or `effect`): months and records, or a signature, where these are known."""


@dataclass(frozen=True)
class Branch:
    """One sentence of an explanation, where it stands (file and line, or a row), and what it rests on."""

    words: str
    place: str = ""
    below: tuple[Branch, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The branch and all below it as plain values."""
        return {"words": self.words, "place": self.place, "below": [branch.as_json() for branch in self.below]}


def explain(folder: Path, name: str, *, every: bool = False, deeper: Deeper | None = None) -> Branch:
    """The tree below a payment's id, or below an investment or other receiver by its name.

    `every` lists all claims instead of the first few. Raises Refused when the settlement has no such payment.
    """
    settlement, explanation = load(folder, "settlement.json"), load(folder, "explanation.json")
    payment = next((row for row in settlement["outcome_payments"] if row["id"] == name), None)
    if payment is not None:
        return _payment(folder, settlement, explanation, payment, every=every, deeper=deeper)
    if name in explanation["repayments"] or any(row["investment"] == name for row in settlement["investor_repayments"]):
        return _repayment(settlement, explanation, name)
    known = [row["id"] for row in settlement["outcome_payments"]] + list(explanation["repayments"])
    raise Refused([Problem(Where(str(folder)), "no_such_payment", f"this settlement has no payment '{name}'", "", nearest(name, known))])


def as_lines(branch: Branch, *, width: int = 100) -> Iterator[str]:
    """The tree as text: a branch a line or more, its place after it."""
    yield from _lines(branch, "", "", width)


def _lines(branch: Branch, first: str, rest: str, width: int) -> Iterator[str]:
    import textwrap  # noqa: PLC0415

    words = branch.words + (f"  [{branch.place}]" if branch.place else "")
    wrapped = textwrap.wrap(words, max(width - len(first), 40), break_long_words=False, break_on_hyphens=False) or [""]
    yield first + wrapped[0]
    inner = rest + ("│  " if branch.below else "   ")
    for line in wrapped[1:]:
        yield inner + line
    for index, child in enumerate(branch.below):
        last = index == len(branch.below) - 1
        yield from _lines(child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "), width)


def _payment(
    folder: Path,
    settlement: Mapping[str, Any],
    explanation: Mapping[str, Any],
    row: Mapping[str, Any],
    *,
    every: bool,
    deeper: Deeper | None,
) -> Branch:
    def money(amount: str) -> str:
        return shown(Decimal(amount), settlement["currency"]).replace("\u202f", " ")

    clause = row["clause"]
    place = _at(clause)
    below = []
    if Decimal(row["paid_before"]):
        below.append(Branch(f"{money(row['due'])} is due in all, {money(row['paid_before'])} was paid before"))
    price = next((step["value"] for step in explanation["payments"][row["id"]]["steps"] if step["what"] == "price"), None)
    units = "" if row["units"] is None or price is None else f": {_short(row['units'])} × {_short(price)}"
    telling = _Telling(explanation["inputs"], deeper)
    told = explanation["payments"][row["id"]]["steps"]
    steps = [telling.step(step) for step in told]
    claims = _claims(folder, row, money, every=every)
    below.append(Branch(f"{money(row['earned'])} was earned{units}", place, (*steps, *claims)))
    for limit in row["limits"]:
        path = f"limits/{limit['limit']}"
        below.append(
            Branch(
                f"{money(limit['cut'])} was cut by the limit '{limit['limit']}'",
                f"{clause['file']}:{explanation['terms'].get(path, 0)} {path}",
            )
        )
    if row["note"]:
        below.append(Branch(row["note"]))
    rests = [assumption for assumption in settlement["assumptions"] if _rests_on(assumption["path"], row, explanation)]
    if rests:
        below.append(
            Branch(
                "this rests on assumptions",
                "",
                tuple(Branch(item["why"], f"{clause['file']}:{item['line']} {item['path']}") for item in rests),
            )
        )
    verb = "is to be paid" if Decimal(row["amount"]) >= 0 else "is to be paid back"
    return Branch(f"{money(row['amount'])} {verb} by {row['payer']} for '{row['line']}' as of {settlement['as_of']}", place, tuple(below))


class _Telling:
    """Turns the steps of one payment into sentences; what was told once is referred to after that."""

    def __init__(self, inputs: Mapping[str, Any], deeper: Deeper | None) -> None:
        self.inputs = inputs
        self.deeper = deeper
        self.told: set[tuple[str, str]] = set()

    def step(self, step: Mapping[str, Any]) -> Branch:
        """A step as a sentence with its sum, and below it what the sum rests on."""
        title, step = _inward(step)
        place = _line(step)
        how, inputs = step["how"], step.get("inputs", [])
        value = "unknown" if step["value"] is None else _short(step["value"])
        if how in SIGNS:
            words = f"{title or step['what']} = {_sum(how, inputs)} {_equals(value)}"
        elif how == "round":
            words = f"{title or 'the figure'} = {_value(inputs[0])}, {step['what']} {_equals(value)}"
        elif how == "bound":
            words = f"{title or 'the figure'} {_equals(value)}: {step['what']} {_value(inputs[1])}, instead of {_value(inputs[0])}"
        elif how == "condition":
            words = f"condition: {step['what']}"
        else:
            words = f"{title or step['what']} {_equals(value)}" + (
                f" ({step['what']})" if title and how != "number" and step["what"] != "agreed" else ""
            )
        if step.get("note"):
            words += f" ({step['note']})"
        key = (step["clause"]["path"], words)
        below = [inner for inner in inputs if not _is_plain(inner)]
        evidence = list(step.get("evidence", ()))
        if key in self.told and (below or evidence):
            return Branch(f"{words} (as above)", place)
        self.told.add(key)
        branches = [self.step(inner) for inner in below] + [self.evidence(name) for name in evidence[:FEW]]
        if len(evidence) > FEW:
            branches.append(Branch(f"and {len(evidence) - FEW} more"))
        return Branch(words, place, tuple(branches))

    def evidence(self, name: str) -> Branch:
        """A result, claim or transaction, with its columns the first time."""
        kind, _, identity = name.partition(" ")
        for part in ("results", "effect", "claims", "transactions"):
            for record in self.inputs.get(part, ()):
                if record.get(kind) == identity:
                    if (kind, identity) in self.told:
                        return Branch(f"{kind} '{identity}' (as above)")
                    self.told.add((kind, identity))
                    words = ", ".join(
                        f"{column.replace('_', ' ')} {value}"
                        for column, value in record.items()
                        if column not in (kind, "metric", "currency")
                    )
                    lower = tuple(self.deeper(part, record)) if self.deeper is not None and kind == "result" else ()
                    return Branch(f"{kind} '{identity}': {words}", "", lower)
        return Branch(name)


PARTS = ("counted", "price")
SIGNS = {"sum": " + ", "difference": " − ", "product": " × ", "ratio": " ÷ ", "least": " or ", "greatest": " or "}


def _inward(step: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Past names, and past bounds and roundings that change nothing, to the step that says something; with its name."""
    title = ""
    while True:
        how, inputs = step["how"], step.get("inputs", [])
        if how in ("named", "part"):
            title = f"{title}: {step['what']}" if title in PARTS else title or step["what"]
        elif not (how in ("bound", "round") and step["value"] == inputs[0]["value"]):
            return title, step
        step = inputs[0]


def _sum(how: str, inputs: Sequence[Mapping[str, Any]]) -> str:
    words = SIGNS[how].join(_value(inner) for inner in inputs)
    return f"the {'smaller' if how == 'least' else 'greater'} of {words}" if how in ("least", "greatest") else words


def _value(step: Mapping[str, Any]) -> str:
    return "unknown" if step["value"] is None else _short(step["value"])


def _is_plain(step: Mapping[str, Any]) -> bool:
    """A number that stands in the clause itself needs no line of its own."""
    return bool(step["how"] == "number" and step["what"] == "agreed")


def _line(step: Mapping[str, Any]) -> str:
    return f"line {step['clause']['line']}"


def _claims(folder: Path, row: Mapping[str, Any], money: Callable[[str], str], *, every: bool) -> list[Branch]:
    if not row["claims"]:
        return []
    group = row["id"].removesuffix(f".{row['payer']}")
    shown_claims, count = [], 0
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as handle:
        for record in csv.DictReader(handle):
            if record["state"] == "accepted" and record["group"] == group:
                count += 1
                if every or count <= FEW:
                    cut = "" if record["paid"] == record["earned"] else f", {money(record['paid'])} after limits"
                    shown_claims.append(Branch(f"claim '{record['claim']}': {money(record['earned'])}{cut}"))
    if count > len(shown_claims):
        shown_claims.append(Branch(f"and {count - len(shown_claims)} more claims (--every lists them)"))
    return [Branch(f"{count} accepted claim{'' if count == 1 else 's'}", "", tuple(shown_claims))]


def _repayment(settlement: Mapping[str, Any], explanation: Mapping[str, Any], name: str) -> Branch:
    def money(amount: str) -> str:
        return shown(Decimal(amount), settlement["currency"]).replace("\u202f", " ")

    terms = explanation["terms"]
    parts = []
    for flow in explanation["repayments"].get(name, ()):
        path = f"{'guarantees' if flow['pays'] == 'guarantee' else 'investor_repayment'}/{flow['step']}"
        parts.append(
            Branch(
                f"{money(flow['amount'])} {flow['pays']} on {flow['on']} by the step '{flow['step']}'", f"line {terms.get(path, 0)} {path}"
            )
        )
    row = next((row for row in settlement["investor_repayments"] if row["investment"] == name), None)
    if row is None:
        total = sum((Decimal(flow["amount"]) for flow in explanation["repayments"][name]), Decimal(0))
        return Branch(f"{money(str(total))} is for {name}", "", tuple(parts))
    drawn = Branch(
        f"{money(row['drawn'])} was drawn of {money(row['committed'])} committed",
        f"line {terms.get(f'investments/{name}', 0)} investments/{name}",
    )
    paid = Branch(
        "outcome payments that fed it",
        "",
        tuple(Branch(f"{money(item['amount'])} {item['id']}") for item in settlement["outcome_payments"] if Decimal(item["amount"])),
    )
    return Branch(
        f"{money(row['repaid'])} repaid to {row['investor']}, {money(row['loss'])} lost, as of {settlement['as_of']}",
        "",
        (drawn, *parts, paid),
    )


def _rests_on(path: str, row: Mapping[str, Any], explanation: Mapping[str, Any]) -> bool:
    """Whether an assumed term is among the clauses that this payment was worked out by."""

    def paths(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        for step in steps:
            yield step["clause"]["path"]
            yield from paths(step.get("inputs", ()))

    used = {
        row["clause"]["path"],
        "rounding",
        *(f"limits/{limit['limit']}" for limit in row["limits"]),
        *paths(explanation["payments"][row["id"]]["steps"]),
    }
    return any(other == path or other.startswith(f"{path}/") for other in used)


def _at(clause: Mapping[str, Any]) -> str:
    return f"{clause['file']}:{clause['line']} {clause['path']}"


def _equals(value: str) -> str:
    return value if value.startswith("≈") else f"= {value}"


def _short(number: str) -> str:
    """A number for people: at most six decimals, thousands apart."""
    exact = len(number.partition(".")[2]) <= 6
    digits = number if exact else f"{round(Decimal(number), 6).normalize():f}"
    whole, point, decimals = digits.partition(".")
    return (
        f"{'' if exact else '≈ '}{int(whole):,}".replace(",", " ").replace("-0", "-0") + point + decimals
        if abs(int(whole)) >= 10000
        else f"{'' if exact else '≈ '}{digits}"
    )
