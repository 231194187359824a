"""The sections on facts: targets, months over time, what was measured, claims that are not paid, what carries forward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from makegood.report.document import Block, Line, Paragraph, Picture, Span, Table, line
from makegood.report.months_chart import extra_chart, months_chart
from makegood.report.statement_money import Column
from makegood.report.statement_values import Reasons, Statement
from makegood.report.targets_chart import targets_chart


def targets_section(statement: Statement) -> Iterator[Block]:
    """How far outcomes came, and the figures that the terms name."""
    say = statement.language.say
    chart = targets_chart(statement)
    if chart is not None:
        yield Paragraph(line(say("targets_intro")))
        yield Picture(chart)
    if statement.figures and (statement.targets or len(statement.figures) > 1):
        rows = tuple((line(name), line(value)) for name, value in statement.figures)
        yield Table(say("figures"), (say("figure"), say("figure_value")), rows, 1)


def months_section(statement: Statement) -> Iterator[Block]:
    """Months as they added up, where records were measured; what nobody watched is said."""
    say, language = statement.language.say, statement.language
    for months in statement.months:
        yield Paragraph(
            line(say("months_intro", months=language.number(Decimal(months.total)), persons=language.number(Decimal(months.persons))))
        )
        yield Picture(months_chart(statement, months))
        told = [language.count("months_unknown", months.unknown)] if months.unknown else []
        told += [language.count("months_not_yet", months.not_yet)] if months.not_yet else []
        if told:
            yield Paragraph(line(" ".join(told)), "quiet")
    for number, extra in enumerate(statement.extra, 1):
        yield Paragraph(line(say("extra_intro", n=language.number(Decimal(extra.participants)))))
        yield Picture(extra_chart(statement, extra, number))


def measured_section(statement: Statement) -> Iterator[Block]:
    """Each result as it was read."""
    if not statement.measured:
        return
    say = statement.language.say
    columns = [("compared", "compared"), ("target", "target"), ("persons", "persons"), ("until", "until")]
    common = [{getattr(row, name) for row in statement.measured} for name in ("labels", "until")]
    if len(statement.measured) > 3 and all(len(values) == 1 and values != {""} for values in common):
        (labels,), (until,) = common
        yield Paragraph(line(say("measured_all", labels=labels, until=until)))
        columns.remove(("until", "until"))
    else:
        labels = None
    used = [(head, name) for head, name in columns if any(getattr(row, name) for row in statement.measured)]
    rows: list[tuple[Line, ...]] = []
    for row in statement.measured:
        cells = {name: line(getattr(row, name) or "–") for _, name in used}
        if row.against and "compared" in cells:
            cells["compared"] = line(row.compared, Span(row.against, "small"))
            cells["compared"] = (*cells["compared"], *line(Span(row.interval, "small")))
        if row.unmatched and "persons" in cells:
            cells["persons"] = line(row.persons, Span(row.unmatched, "small"))
        value = line(row.value, Span(row.accepted, "small"))
        rows.append((line(row.metric, Span("" if row.labels == labels else row.labels, "small")), value, *cells.values()))
    heads = (say("outcome"), say("value"), *(say(head) for head, _ in used))
    yield Table(say("measured"), heads, tuple(rows), len(heads) - 1, hide_caption=True)


def refusals_section(statement: Statement, name: str, reasons: Sequence[Reasons]) -> Iterator[Block]:
    """Claims that are not paid or wait, by reason."""
    if not reasons:
        return
    say, language = statement.language.say, statement.language
    rows = []
    for row in reasons:
        more = row.count - len(row.claims)
        claims = ", ".join(row.claims) + (f" {say('and_more', n=language.number(Decimal(more)))}" if more else "")
        foreign = "en" if row.foreign and language.code != "en" else None
        why = line(Span(row.words[:1].upper() + row.words[1:], lang=foreign), Span(row.line, "small"))
        rows.append((why, line(claims), line(language.number(Decimal(row.count)))))
    yield Table(say(name), (say("why"), say("example_claims"), say("how_many")), tuple(rows), 1, hide_caption=True)


def clawed_back_section(statement: Statement) -> Iterator[Block]:
    """Claims that were paid and are now refused."""
    if statement.clawed_back:
        say = statement.language.say
        money = Column(statement, [amount for _, amount, _ in statement.clawed_back])
        rows = tuple((line(claim), line(why), money(amount)) for claim, amount, why in statement.clawed_back)
        yield Table(say("clawed_back"), (say("claim"), say("why"), say("amount")), rows, 1, hide_caption=True)


def carried_section(statement: Statement) -> Iterator[Block]:
    """What waits for a later settlement."""
    if statement.carried:
        say = statement.language.say
        money = Column(statement, [amount for _, amount, _ in statement.carried if amount is not None])
        rows = tuple((line(name), line(why), line("–") if amount is None else money(amount)) for name, amount, why in statement.carried)
        yield Table(say("carried"), (say("line"), say("why"), say("amount")), rows, 1, hide_caption=True)
