"""The statement as plain text, for a terminal: what is owed first, then why, then what it rests on.

It says what the page and the PDF say, from the same document; charts and steps are theirs, and `makegood explain`'s.
"""

from __future__ import annotations

from makegood.report.document_text import as_text as text_of
from makegood.report.drawing import nothing_drawn
from makegood.report.statement_document import document_of
from makegood.settle import Settlement

LEFT_OUT = ("how", "months", "measured", "evidence", "terms")
FEW = 12


def as_text(settlement: Settlement) -> str:
    """The whole statement, lines of at most 100 characters."""
    with nothing_drawn():
        document = document_of(settlement, lang="en")
    return text_of(document, without=LEFT_OUT, last=list(_ask(settlement)))


def _ask(settlement: Settlement) -> list[str]:
    """How to ask why, with the names that can be asked for."""
    names = [payment.id for payment in settlement.statement.payments]
    if not names:
        return []
    more = [f"  and {len(names) - FEW} more"] if len(names) > FEW else []
    return [
        "Why? Settle with --out DIR, then: makegood explain --settlement DIR --payment …",
        *(f"  {name}" for name in names[:FEW]),
        *more,
    ]
