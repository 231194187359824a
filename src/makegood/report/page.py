"""A whole HTML document in the house's look."""

from __future__ import annotations

from pathlib import Path

from makegood.report.markup import Markup, element, joined


def page(*, lang: str, title: str, body: str) -> str:
    """The document with its style inside: no scripts, no network, nothing beside the file."""
    style = (Path(__file__).parent / "statement.css").read_text(encoding="utf-8")
    head = joined(
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        element("title", title),
        element("style", Markup(style)),
    )
    return f"<!doctype html>\n{element('html', element('head', head), element('body', Markup(body)), lang=lang)}\n"
