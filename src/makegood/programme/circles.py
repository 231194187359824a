"""What rests on what: figures, effects, investments and lines, so that nothing rests on itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from makegood.programme.figure import Figure
from makegood.programme.root import Programme
from makegood.programme.walking import walk

Clause = tuple[str, str]
"""A named clause: the part of the programme that it stands in, and its name."""
MAX_DEPTH = 200
"""How deep figures may rest on figures; a reader gives up long before."""
WORDS = {
    "figures": "the figure '{}' depends on itself",
    "outcome_metrics": "the effect on '{}' depends on itself",
    "investments": "the investment '{}' depends on itself",
    "outcome_pricings": "the line '{}' depends on its own earnings",
}


def rests_on(programme: Programme) -> dict[Clause, dict[Clause, int]]:
    """Each named clause -> the clauses whose value it asks for, and how deep inside it that stands."""
    graph: dict[Clause, dict[Clause, int]] = {}
    for name, figure in programme.figures.items():
        graph["figures", name] = _asked(figure, programme)
    for name, metric in programme.outcome_metrics.items():
        graph["outcome_metrics", name] = _asked(metric.effect, programme)
    for name, investment in programme.investments.items():
        graph["investments", name] = _asked(investment.committed, programme)
    for name, pricing in programme.outcome_pricings.items():
        asked = _asked([pricing.counts, pricing.price, pricing.when], programme)
        asked |= {("outcome_pricings", other): 0 for other in pricing.net_of}
        if pricing.counts is None and pricing.for_each != ["claim"]:
            asked["outcome_metrics", pricing.metric] = 0
        graph["outcome_pricings", name] = asked
    return graph


def lines_below(programme: Programme) -> dict[str, set[str]]:
    """Each line -> the lines whose earnings it asks for, directly or through figures and effects."""
    graph = rests_on(programme)
    return {
        name: {other for part, other in _reached(("outcome_pricings", name), graph) if part == "outcome_pricings"}
        for name in programme.outcome_pricings
    }


def in_circle(graph: Mapping[Any, Any]) -> list[Any]:
    """Nodes that can reach themselves."""
    return [node for node in graph if node in _reached(node, graph)]


def too_deep(graph: Mapping[Clause, Mapping[Clause, int]]) -> Iterator[Clause]:
    """Clauses that rest on others more than MAX_DEPTH deep. The graph has no circles."""
    depth: dict[Clause, int] = {}
    for start in graph:
        stack = [start]
        while stack:
            node = stack[-1]
            asked = {other: at for other, at in graph.get(node, {}).items() if other in graph}
            open_ones = [other for other in asked if other not in depth]
            if open_ones:
                stack += open_ones
            else:
                depth[node] = max((at + depth[other] + 1 for other, at in asked.items()), default=0)
                stack.pop()
    return (node for node, levels in depth.items() if levels > MAX_DEPTH)


def _asked(term: Any, programme: Programme) -> dict[Clause, int]:
    asked: dict[Clause, int] = {}
    for place, inner in walk(term):
        if isinstance(inner, Figure):
            lines = [*programme.outcome_pricings] if "all" in (inner.earned or []) else (inner.earned or [])
            capital = [
                name for name, investment in programme.investments.items() if {name, investment.tranche} & set(inner.committed or [])
            ]
            found = [("figures", inner.named), ("outcome_metrics", inner.effect)]
            found += [("outcome_pricings", line) for line in lines] + [("investments", name) for name in capital]
            for part, name in found:
                if name is not None:
                    asked[part, name] = max(len(place), asked.get((part, name), 0))
    return asked


def _reached(start: Any, graph: Mapping[Any, Any]) -> set[Any]:
    reached: set[Any] = set()
    queue = list(graph.get(start, ()))
    while queue:
        node = queue.pop()
        if node not in reached:
            reached.add(node)
            queue += graph.get(node, ())
    return reached
