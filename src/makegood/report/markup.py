"""HTML as values: text is escaped unless it is markup already."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | bool | None) -> Markup:
    """An element; plain text among the children is escaped. `class_` is class, `aria_label` aria-label; None is left out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inside = "".join(child if isinstance(child, Markup) else escape(child, quote=False) for child in children)
    return Markup(f"<{tag}{written}>{inside}</{tag}>")


def joined(*parts: str) -> Markup:
    """Parts one after another, text escaped."""
    return Markup("".join(part if isinstance(part, Markup) else escape(part, quote=False) for part in parts))


def table(
    caption: str,
    heads: list[str],
    rows: list[list[str]],
    *,
    numbers: int = 0,
    total: list[str] | None = None,
    hide_caption: bool = False,
) -> Markup:
    """A table whose first column heads its rows; the last `numbers` columns are amounts.

    On a phone each row becomes a block of its own, with the column's head before each cell (two columns stay beside
    each other); roles keep it a table for those who hear it.
    """

    def cells(row: list[str], *, foot: bool = False) -> Markup:
        made = [element("th", row[0], scope="row", role="rowheader")]
        for index, cell in enumerate(row[1:], 1):
            number = "number" if index >= len(heads) - numbers else None
            made.append(
                element("td", cell, role="cell", class_=number, data_label=heads[index])
                if cell or not foot
                else element("td", "", role="cell", class_="empty")
            )
        return element("tr", *made, role="row")

    head = [
        element("th", words, scope="col", role="columnheader", class_="number" if index >= len(heads) - numbers else None)
        for index, words in enumerate(heads)
    ]
    return element(
        "table",
        element("caption", caption, class_="hidden" if hide_caption else None),
        element("thead", element("tr", *head, role="row"), role="rowgroup"),
        element("tbody", *(cells(row) for row in rows), role="rowgroup"),
        element("tfoot", cells(total, foot=True), role="rowgroup") if total else "",
        role="table",
        class_="short" if len(heads) == 2 else None,
    )
