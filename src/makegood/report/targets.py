"""Figures beside their targets: what conditions and ratios of the terms compare, as marks on one scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from makegood.payment.node import Node
from makegood.report.steps_in_words import Telling
from makegood.settle import Settlement


@dataclass(frozen=True)
class Mark:
    """A target on the scale of a figure; `reached`: the figure lies at it or beyond."""

    title: str
    value: Decimal
    shown: str
    reached: bool
    share: str = ""


@dataclass(frozen=True)
class Against:
    """A figure and the targets that the terms set beside it, in order of size."""

    title: str
    value: Decimal
    shown: str
    marks: tuple[Mark, ...]


def targets_of(settlement: Settlement, telling: Telling) -> Iterator[Against]:
    """Figures that the terms divide by another figure, or hold against an edge, where all are known."""
    found: dict[str, tuple[Node, dict[str, Mark]]] = {}
    nodes = [step for payment in settlement.statement.payments for step in payment.steps]
    nodes += settlement.statement.figures.values()
    for node in (inner for outer in nodes for inner in outer.walk()):
        if node.how == "ratio" and len(node.inputs) == 2:
            _note(found, node.inputs[0], node.inputs[1], telling, ratio=True)
        if node.how == "condition" and len(node.inputs) == 2:
            _note(found, node.inputs[0], node.inputs[1], telling, ratio=False)
    for title, (node, marks) in found.items():
        if node.value is not None:
            ordered = tuple(sorted(marks.values(), key=lambda mark: mark.value))
            yield Against(title, node.value, telling.value(node), ordered)


def _note(found: dict[str, tuple[Node, dict[str, Mark]]], figure: Node, target: Node, telling: Telling, *, ratio: bool) -> None:
    if figure.value is None or target.value is None or target.value <= 0 or figure.value < 0:
        return
    if ratio and (target.how != "named" or telling.kind(figure) != telling.kind(target)):
        return
    title = _title(figure)
    if not title:
        return
    name = _title(target) or telling.language.say("target")
    share = ""
    if ratio:
        share = telling.language.say("percent_of", share=telling.language.share((figure.value / target.value).quantize(Decimal("0.001"))))
    mark = Mark(name, target.value, telling.value(target), figure.value >= target.value, share)
    found.setdefault(title, (figure, {}))[1].setdefault(f"{name} {target.value}", mark)


def _title(node: Node) -> str:
    """What a figure is called, where the terms name it or a metric stands behind it."""
    if node.how == "named":
        return node.what[:1].upper() + node.what[1:]
    return ""
