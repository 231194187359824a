"""The funnel as a file to take along: counts only, written down as an export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

import xlsxwriter
from django.utils.translation import gettext as _

from makegood.selection.shares import Share
from makegood_portal.actions.acting import action, fact
from makegood_portal.actions.csv_cells import harmless
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.access import COUNT_OWN, COUNT_WHOLE
from makegood_portal.ledger.queries import funnel
from makegood_portal.ledger.queries.funnel import Funnel, GroupLine, ReasonList
from makegood_portal.ledger.scope import Scope

MAY_COUNT = (*sorted(COUNT_WHOLE), *sorted(COUNT_OWN))
COLUMNS = ("as_of", "part", "group", "item", "n", "of", "share", "low", "high")
Cells = Sequence[str | int | float | date | None]


@action(*MAY_COUNT)
def take_funnel_out(
    *, by: Scope, on: UUID | None, as_of: date, prison: UUID | None, month: date | None, form: Literal["csv", "xlsx"]
) -> tuple[str, bytes]:
    """Name and content of the file. `on` is the programme. Groups of a few are as on the page."""
    found = funnel.funnel(by, as_of=as_of, programme=on, prison=prison, month=month)
    if found is None or found.too_few:
        raise Refusal("nothing_to_take", _("There is nothing here that you may take along."))
    rows = list(rows_of(found))
    fact(what="funnel", programme=found.programme, as_of=as_of, form=form, rows=len(rows))
    content = _csv(rows) if form == "csv" else _xlsx(rows)
    return f"funnel-{as_of:%Y-%m-%d}.{form}", content


def rows_of(found: Funnel) -> Iterator[Cells]:
    """The numbers of the page, a row each: part, group, item, count, of how many, share with its 95% interval of Wilson."""

    def row(part: str, group: str, item: str, share: Share) -> Cells:
        return (found.as_of, part, group, item, share.n, share.of, share.share, share.low, share.high)

    def count(part: str, group: str, item: str, n: int | None) -> Cells:
        return (found.as_of, part, group, item, n, None, None, None, None)

    yield count("totals", "", "listed", found.listed)
    yield count("totals", "", "selected", found.chosen)
    yield count("totals", "", "started", found.started)
    yield count("totals", "", "started_from_outside_the_list", found.outside)
    for step in found.steps:
        yield row("steps", step.code, "of_step_before", step.shares.of_step_before)
        yield row("steps", step.code, "of_list", step.shares.of_list)
        yield count("steps", step.code, "left_before", step.left)
        yield count("steps", step.code, "on_the_way", step.waiting)
        if step.wait:
            yield count("steps", step.code, "median_days", step.wait.median_days)
            yield count("steps", step.code, "nine_in_ten_days", step.wait.most_days)
    for part, lines in (("prisons", found.by_prison), ("months", found.by_month)):
        for line in lines:
            name = _name(line)
            yield count(part, name, "listed", line.listed)
            yield row(part, name, "selected_of_list", line.chosen)
            yield row(part, name, "started_of_list", line.started)
            yield row(part, name, "started_of_selected", line.started_of_chosen)
            if line.filled and line.filled.of:
                yield row(part, name, "answers_of_asked", line.filled)
    for channel in found.channels:
        yield row("channels", channel.title, "selected_of_informed", channel.chosen)
        yield row("channels", channel.title, "started_of_informed", channel.started)
    for part, lists in (("reasons", found.reasons), ("reasons_after_selection", found.dropped_reasons)):
        yield from (row(part, one.title, reason or "other", share) for one, reason, share in _each(lists))


def _name(line: GroupLine) -> str:
    if line.month:
        return f"{line.month:%Y-%m}"
    return " + ".join(line.names) or "other"


def _each(lists: Sequence[ReasonList]) -> Iterator[tuple[ReasonList, str | None, Share]]:
    return ((one, reason, share) for one in lists for reason, share in one.rows)


def _csv(rows: Sequence[Cells]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rows: Sequence[Cells]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold = book.add_worksheet("funnel"), book.add_format({"bold": True})
    day, percent = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0.0%"})
    sheet.write_row(0, 0, COLUMNS, bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(number, column, cell)
            elif cell is not None:
                sheet.write_number(number, column, cell, percent if isinstance(cell, float) else None)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    sheet.set_column(0, len(COLUMNS) - 1, 14)
    book.close()
    return file.getvalue()
