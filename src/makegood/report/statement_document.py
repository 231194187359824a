"""A statement as a document: the answer first, then money, facts and what it all rests on."""

from __future__ import annotations

from collections.abc import Sequence

from makegood import __version__
from makegood.report.document import Document, Section
from makegood.report.extra_months import ExtraCounts
from makegood.report.language import Code, Language
from makegood.report.months_over_time import MonthCounts
from makegood.report.statement_answer import answer_of
from makegood.report.statement_basis import assumptions_section, evidence_section, notes_section, terms_section
from makegood.report.statement_content import statement_of
from makegood.report.statement_facts import (
    carried_section,
    clawed_back_section,
    measured_section,
    months_section,
    refusals_section,
    targets_section,
)
from makegood.report.statement_money import flows_section, how_section, investors_section, lines_section, plan_section
from makegood.settle import Settlement


def document_of(settlement: Settlement, *, lang: Code, months: Sequence[MonthCounts] = (), extra: Sequence[ExtraCounts] = ()) -> Document:
    """The statement of a settlement in a language. `months`, `extra`: months by time, where records were measured."""
    language = Language(lang)
    statement = statement_of(settlement, language=language, months=months, extra=extra)
    say = language.say
    found = [
        ("lines", lines_section(statement)),
        ("how", how_section(statement)),
        ("targets", targets_section(statement)),
        ("months", months_section(statement)),
        ("measured", measured_section(statement)),
        ("flows", flows_section(statement)),
        ("investors", investors_section(statement)),
        ("refused", refusals_section(statement, "refused", statement.refused)),
        ("waiting", refusals_section(statement, "waiting", statement.waiting)),
        ("clawed_back", clawed_back_section(statement)),
        ("carried", carried_section(statement)),
        ("plan", plan_section(statement)),
        ("evidence", evidence_section(statement)),
        ("assumptions", assumptions_section(statement)),
        ("notes", notes_section(statement)),
        ("terms", terms_section(statement)),
    ]
    sections = [Section(name, say(name), blocks) for name, blocks in ((name, tuple(made)) for name, made in found) if blocks]
    return Document(
        language=lang,
        title=f"{statement.title} – {say('statement').lower()} {settlement.as_of}",
        kind=f"{say('statement')} · {say('as_of', day=language.day(settlement.as_of))}",
        heading=statement.title,
        summary=statement.summary,
        answer=answer_of(statement),
        sections=tuple(sections),
        contents=say("contents"),
        foot=f"Makegood {__version__} · {settlement.fingerprint[:12]}",
        page_of=say("page", n="{n}", total="{total}"),
        subject=say("subject", day=language.day(settlement.as_of)),
        author=f"Makegood {__version__}",
        day=settlement.as_of.isoformat(),
    )
