"""A figure that remembers how it was worked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from makegood.values.fingerprint import decimal_text
from makegood.values.problem import Where


@dataclass(frozen=True)
class Node:
    """One step: what it is, its value (None: unknown), the clause that says so, what it rests on.

    `evidence` names results, claims and transactions; `note` says in words what a reader must know.
    """

    what: str
    value: Decimal | None
    where: Where
    inputs: tuple[Node, ...] = ()
    evidence: tuple[str, ...] = ()
    note: str = ""

    def shown(self) -> str:
        """The value as people read it, at most ten decimals."""
        if self.value is None:
            return "unknown"
        exact = decimal_text(self.value)
        return exact if len(exact.partition(".")[2]) <= 10 else "≈ " + decimal_text(round(self.value, 6))

    def walk(self) -> Iterator[Node]:
        """This step and all it rests on."""
        yield self
        for node in self.inputs:
            yield from node.walk()

    def as_json(self) -> dict[str, object]:
        """The step and all below it as plain values."""
        return {
            "what": self.what,
            "value": None if self.value is None else decimal_text(self.value),
            "clause": {"file": self.where.file, "line": self.where.line, "path": self.where.path},
            **({"note": self.note} if self.note else {}),
            **({"evidence": list(self.evidence)} if self.evidence else {}),
            **({"inputs": [node.as_json() for node in self.inputs]} if self.inputs else {}),
        }
