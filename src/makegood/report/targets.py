"""Figures beside their targets: what conditions and ratios of the terms compare, as marks on one scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from makegood.payment.node import Node
from makegood.report.payment_in_words import labels_of
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
    effects: frozenset[str] = frozenset()
    """The metrics on whose effect the figure rests."""


def targets_of(settlement: Settlement, telling: Telling) -> Iterator[Against]:
    """Figures that the terms divide by another figure, or hold against an edge, where all are known.

    A figure that comes out differently for several groups stands once for each, with the group's name.
    """
    found: dict[tuple[str, Decimal], _Found] = {}
    for payment in settlement.statement.payments:
        for node in (inner for step in payment.steps for inner in step.walk()):
            _note_all(found, node, telling, labels_of(payment, settlement, telling.language))
    for node in (inner for figure in settlement.statement.figures.values() for inner in figure.walk()):
        _note_all(found, node, telling, "")
    titles = [title for title, _ in found]
    for (title, value), seen in found.items():
        name = f"{title} ({seen.labels})" if titles.count(title) > 1 and seen.labels else title
        yield Against(
            name, value, telling.value(seen.node), tuple(sorted(seen.marks.values(), key=lambda mark: mark.value)), _effects(seen.node)
        )


def _effects(node: Node) -> frozenset[str]:
    """The metrics whose effects a figure rests on."""
    found = (inner.what.removeprefix("effect on ").split(":")[0] for inner in node.walk() if inner.what.startswith("effect on "))
    return frozenset(found)


@dataclass
class _Found:
    """A figure while its targets are gathered."""

    node: Node
    labels: str
    marks: dict[str, Mark] = field(default_factory=dict)


def _note_all(found: dict[tuple[str, Decimal], _Found], node: Node, telling: Telling, labels: str) -> None:
    if node.how in ("ratio", "condition") and len(node.inputs) == 2:
        _note(found, node.inputs[0], node.inputs[1], telling, ratio=node.how == "ratio", labels=labels)


def marks_of_metric(settlement: Settlement, telling: Telling) -> dict[str, tuple[Mark, ...]]:
    """Metric -> targets that the terms set beside its value as measured, so that they fit on its own scale."""
    found: dict[str, dict[str, Mark]] = {}
    for node in (inner for payment in settlement.statement.payments for step in payment.steps for inner in step.walk()):
        if node.how == "ratio" and len(node.inputs) == 2 and node.inputs[1].how == "named":
            metric = _metric_of(node.inputs[0], telling)
            target = node.inputs[1].value
            if metric and target is not None and target > 0:
                reached = node.inputs[0].value is not None and node.inputs[0].value >= target
                mark = Mark(telling.name_of(node.inputs[1]), target, telling.value(node.inputs[1]), reached)
                found.setdefault(metric, {})[mark.title] = mark
    return {metric: tuple(sorted(marks.values(), key=lambda mark: mark.value)) for metric, marks in found.items()}


def _metric_of(node: Node, telling: Telling) -> str:
    """The metric whose measured value a figure is; empty where it is something else."""
    name, _, column = node.what.partition(": ")
    return name if column in ("measured", "value") and name in telling.metrics else ""


def _note(found: dict[tuple[str, Decimal], _Found], figure: Node, target: Node, telling: Telling, *, ratio: bool, labels: str) -> None:
    if figure.value is None or target.value is None or target.value <= 0 or figure.value < 0:
        return
    if ratio and (target.how != "named" or telling.kind(figure) != telling.kind(target)):
        return
    title = _title(figure, telling)
    if not title:
        return
    name = _title(target, telling) or telling.language.say("target")
    share = ""
    if ratio:
        share = telling.language.say("percent_of", share=telling.language.share((figure.value / target.value).quantize(Decimal("0.001"))))
    mark = Mark(name, target.value, telling.edge(target, figure), figure.value >= target.value, share)
    seen = found.setdefault((title, figure.value), _Found(figure, labels))
    seen.labels = seen.labels or labels
    seen.marks.setdefault(f"{name} {target.value}", mark)


def _title(node: Node, telling: Telling) -> str:
    """What a figure is called, where the terms name it or it is what a metric measured."""
    if node.how == "named":
        return telling.name_of(node)
    return telling.metrics.get(_metric_of(node, telling), "")
