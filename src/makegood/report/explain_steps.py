"""Steps of a payment as a tree of sentences, down to results, claims and transactions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from makegood.report.branch import Branch

FEW = 12
PARTS = ("counted", "price")
SIGNS = {"sum": " + ", "difference": " − ", "product": " × ", "ratio": " ÷ ", "least": " or ", "greatest": " or "}
Deeper = Callable[[Mapping[str, str]], Sequence[Branch]]
"""What lies below a result: months and records, where the settlement was measured."""


class Telling:
    """Turns the steps of one explanation into sentences; what was told once is referred to after that."""

    def __init__(self, explanation: Mapping[str, Any], deeper: Deeper | None) -> None:
        self.inputs: Mapping[str, Any] = explanation["inputs"]
        self.deeper = deeper
        self.told: set[tuple[str, str]] = set()

    def step(self, step: Mapping[str, Any]) -> Branch:
        """A step as a sentence with its sum, and below it what the sum rests on."""
        title, step = inward(step)
        words = _sentence(title, step)
        if step.get("note"):
            words += f": {step['note']}"
        place = f"line {step['clause']['line']}" if step["clause"]["line"] else ""
        below = [inner for inner in step.get("inputs", []) if not _is_plain(inner)]
        evidence = list(step.get("evidence", ()))
        key = (step["clause"]["path"], words)
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
        record = self.record(kind, identity)
        if record is None:
            return Branch(name)
        if (kind, identity) in self.told:
            return Branch(f"{kind} '{identity}' (as above)")
        self.told.add((kind, identity))
        lower = tuple(self.deeper(record)) if self.deeper is not None and kind == "result" else ()
        return Branch(f"{kind} '{identity}': {columns_of(record, kind)}", "", lower)

    def record(self, kind: str, identity: str) -> Mapping[str, str] | None:
        """A row that was read, by its name."""
        for part in ("results", "effect", "claims", "transactions"):
            for record in self.inputs.get(part, ()):
                if record.get(kind) == identity:
                    return dict(record)
        return None


def columns_of(record: Mapping[str, str], kind: str, *, without: Sequence[str] = ("metric", "currency")) -> str:
    """The columns of a row in a line."""
    return ", ".join(f"{column.replace('_', ' ')} {value}" for column, value in record.items() if column not in (kind, *without))


def _sentence(title: str, step: Mapping[str, Any]) -> str:
    how, inputs, shown = step["how"], step.get("inputs", []), step["shown"]
    said = f"is {shown}" if step["value"] is None else shown if shown.startswith("≈") else f"= {shown}"
    if how in ("least", "greatest"):
        which = "smaller" if how == "least" else "greater"
        return f"{title or 'the figure'} = the {which} of {SIGNS[how].join(inner['shown'] for inner in inputs)} {said}"
    if how in SIGNS and inputs:
        return f"{title or step['words']} = {SIGNS[how].join(inner['shown'] for inner in inputs)} {said}"
    if how == "round":
        return f"{title or 'the figure'} = {inputs[0]['shown']}, {step['words']} {said}"
    if how == "bound":
        return f"{title or 'the figure'} {said}: {step['words']} {inputs[1]['shown']}, instead of {inputs[0]['shown']}"
    if how == "condition":
        verdict = "is not known" if step["value"] is None else "holds" if step["value"] == "1" else "does not hold"
        return f"condition {verdict}: {step['words']}"
    if how == "instead":
        return f"{title or 'the figure'} {said}: {step['words']}"
    if title and how != "number" and step["what"] != "agreed":
        return f"{title} {said} ({step['words']})"
    return f"{title or step['words']} {said}"


def inward(step: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Past names, and past bounds and roundings that change nothing, to the step that says something; with its name."""
    title = ""
    while True:
        how, inputs = step["how"], step.get("inputs", [])
        if how in ("named", "part"):
            name = step["words"][:1].upper() + step["words"][1:] if how == "named" else step["words"]
            title = f"{title}: {name}" if title in PARTS else title or name
        elif not (how in ("bound", "round") and step["value"] == inputs[0]["value"]):
            return title, step
        step = inputs[0]


def name_of(step: Mapping[str, Any]) -> str:
    """What the terms call the figure of a step; empty where it has no name."""
    while step["how"] in ("part", "bound", "round") and step.get("inputs"):
        step = step["inputs"][0]
    return str(step["words"]) if step["how"] == "named" else ""


def _is_plain(step: Mapping[str, Any]) -> bool:
    """A number that stands in the clause itself needs no line of its own."""
    return bool(step["how"] == "number" and step["what"] == "agreed")
