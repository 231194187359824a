"""Where a term was read, in words for a reader: the programme file names a document by its code, and lines of its text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from makegood.programme.root import Document
from makegood_portal.ledger.terms import said

PLACE = re.compile(r"^(?P<code>[a-z][a-z0-9_]*)\s*(?:\btable (?P<table>\d+[a-z]?))?(?P<rest>.*)$", re.DOTALL)
LINES = re.compile(r"^,?\s*lines? [\d\s,.-]*$")
"""Lines of the text that the terms were read from: whoever has the document in hand finds nothing by them."""


def source_words(source: str, documents: Mapping[str, Document]) -> str:
    """`process_evaluation table 6, lines 2352-2379` as the document's title and its table; what names no document stays."""
    return "; ".join(filter(None, (_one(part.strip(), documents) for part in source.split(";"))))


def _one(part: str, documents: Mapping[str, Document]) -> str:
    found = PLACE.match(part)
    document = documents.get(found["code"]) if found else None
    if found is None or document is None:
        return part
    title = said(document.title)
    table = _("table %(number)s") % {"number": found["table"]} if found["table"] else ""
    rest = "" if LINES.match(found["rest"]) else found["rest"].strip(" ,")
    return ", ".join(filter(None, (title, table, rest)))
