"""The statement as one self-contained page."""

from __future__ import annotations

from makegood.settle import Settlement


def as_html(settlement: Settlement) -> str:
    """The statement for people: one HTML file that needs nothing else."""
    return f"<!doctype html><title>{settlement.terms.programme.title}</title>"
