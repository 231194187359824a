"""Figures that are known without any fact: a number, or a name that leads to one."""

from __future__ import annotations

from decimal import Decimal

from makegood.programme.figure import Figure
from makegood.programme.root import Programme


def constant(figure: Figure | None, programme: Programme) -> Decimal | None:
    """The number that a figure is whatever happens; None where it depends on facts, is worked out, or is not there."""
    seen: set[str] = set()
    while figure is not None and figure.number is None:
        if figure.only_above or figure.at_least or figure.at_most or figure.round:
            return None
        if figure.named is None:
            figure = figure.is_
        elif figure.named in seen:
            return None
        else:
            seen.add(figure.named)
            figure = programme.figures.get(figure.named)
    return None if figure is None else figure.number
