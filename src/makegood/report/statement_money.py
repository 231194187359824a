"""The sections on money: from earned to paid, how each line came about, flows, investors, the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from makegood.payment.statement import Payment
from makegood.report.document import Article, Block, Fold, Items, Line, Paragraph, Picture, Span, StepTree, Table, line
from makegood.report.flow_chart import flow_chart
from makegood.report.lines_chart import MANY, drawn_groups, legend_of, lines_chart
from makegood.report.payment_in_words import Told, party_name
from makegood.report.statement_values import Statement
from makegood.report.steps_in_words import Step

ZERO = Decimal(0)
MAX_ROWS = 300
"""Payments beyond these are in the total and in settlement.json, not each a row."""


class Column:
    """Amounts that stand under each other: with cents where one of them has cents."""

    def __init__(self, statement: Statement, amounts: Sequence[Decimal]) -> None:
        self.statement = statement
        self.cents = any(amount != amount.to_integral_value() for amount in amounts)

    def __call__(self, amount: Decimal) -> Line:
        """The amount as a cell."""
        return line(self.statement.money(amount, cents=self.cents))


def lines_section(statement: Statement) -> Iterator[Block]:
    """The chart, and the same as a table: a row for each line, group of facts and payer."""
    language, say = statement.language, statement.language.say
    payments = statement.settlement.statement.payments
    if not payments:
        yield Paragraph(line(say("no_lines")))
        return
    yield Paragraph(line(say("lines_intro")))
    chart = lines_chart(statement)
    if chart is not None:
        yield Picture(chart, legend_of(statement))
    else:
        yield Paragraph(line(say("no_lines")))
    smaller = sum(1 for group in statement.groups if group.earned or group.before) - len(drawn_groups(statement))
    if smaller:
        yield Paragraph(line(language.count("smaller_lines", smaller)), "quiet")
    nothing = [group.title for group in statement.groups if not group.earned and not group.before]
    if nothing and chart is not None:
        yield Paragraph(line(say("not_in_chart", lines=language.listed(nothing))), "quiet")
    limited, before = any(payment.limits for payment in payments), any(payment.paid_before for payment in payments)
    several = len({payment.payer for payment in payments}) > 1
    columns: list[tuple[str, Callable[[Payment], Decimal]]] = [("earned", lambda payment: payment.earned)]
    if limited:
        columns.append(("limited", lambda payment: -sum((amount for _, amount in payment.limits), ZERO)))
    if limited or before:
        columns.append(("due", lambda payment: payment.due))
    if before:
        columns.append(("before", lambda payment: payment.paid_before))
    columns.append(("now", lambda payment: payment.amount))
    money = Column(statement, [pick(payment) for payment in payments for _, pick in columns])
    told = {told.id: told for told in statement.told}
    rows = []
    for payment in payments[:MAX_ROWS]:
        known = told.get(payment.id)
        name = line(known.title, Span(known.labels, "small")) if known else line(payment.id)
        payer = (line(party_name(statement.settlement, payment.payer)),) if several else ()
        rows.append((name, *payer, *(money(pick(payment)) for _, pick in columns)))
    total = (line(say("total")), *((),) * several, *(money(sum((pick(payment) for payment in payments), ZERO)) for _, pick in columns))
    heads = (say("line"), *([say("payer")] if several else []), *(say(name) for name, _ in columns))
    yield Table(say("all_figures"), heads, tuple(rows), len(columns), total)
    if len(payments) > MAX_ROWS:
        more = language.number(Decimal(len(payments) - MAX_ROWS))
        yield Paragraph(line(say("more_rows", n=more)), "quiet")


def how_section(statement: Statement) -> Iterator[Block]:
    """Each line in a sentence, with its clause and its steps; lines that brought nothing in a list."""
    language, say = statement.language, statement.language.say
    if not statement.told:
        return
    yield Paragraph(line(say("how_intro")))
    groups: dict[str, list[Told]] = {}
    for told in statement.told:
        groups.setdefault(_named(told), []).append(told)
    earning = [group for group in groups.values() if any(told.payment.earned or told.payment.paid_before for told in group)]
    if len(earning) < MANY:
        for group in earning:
            yield _how(statement, group)
    else:
        yield Items(tuple(_how_in_short(statement, told) for group in earning for told in group), ruled=True)
        trees = tuple(Article(_named(group[0]), (StepTree(_steps(group)),)) for group in earning if _steps(group))
        yield Fold(say("step_by_step"), trees, annex=say("how"))
    nothing = [group[0] for group in groups.values() if group not in earning]
    if nothing:
        items = [line(Span(_named(told), "strong"), ": ", _sentence(statement, told), " ", Span(told.place, "code")) for told in nothing]
        yield Article(say("earned_nothing"), (Items(tuple(items)),)) if earning else Items(tuple(items))
    more = len(statement.settlement.statement.payments) - len(statement.told)
    if more:
        yield Paragraph(line(say("more_lines", n=language.number(Decimal(more)))))


def _how(statement: Statement, group: Sequence[Told]) -> Article:
    """One line for one group of facts: a sentence for each payer, the steps once."""
    say = statement.language.say
    blocks: list[Block] = []
    for told in group:
        blocks.append(Paragraph(line(_sentence(statement, told))))
        if told.note:
            blocks.append(Paragraph(line(Span(told.note, lang=_foreign(statement, told.foreign))), "note"))
    blocks.append(Paragraph(line(f"{say('clause')}: ", Span(group[0].place, "code")), "quiet"))
    steps = _steps(group)
    if steps:
        blocks.append(Fold(say("step_by_step"), (StepTree(steps),), annex=_named(group[0])))
    return Article(_named(group[0]), tuple(blocks))


def _steps(group: Sequence[Told]) -> tuple[Step, ...]:
    """The steps of all payers of a line: what they share once, in the order of the first."""
    return tuple(dict.fromkeys(step for told in group for step in told.steps))


def _how_in_short(statement: Statement, told: Told) -> Line:
    """A line of many: its name, its sentence and its clause, one below the other."""
    note = Span(f" {told.note}" if told.note else "", lang=_foreign(statement, told.foreign))
    return line(Span(f"{_named(told)}: ", "strong"), _sentence(statement, told), note, Span(told.place, "small"))


def _sentence(statement: Statement, told: Told) -> Span:
    return Span(told.sentence, lang=_foreign(statement, told.foreign))


def _named(told: Told) -> str:
    return f"{told.title} ({told.labels})" if told.labels else told.title


def _foreign(statement: Statement, foreign: bool) -> str | None:
    return "en" if foreign and statement.language.code != "en" else None


def flows_section(statement: Statement) -> Iterator[Block]:
    """Who paid whom, as a picture and as a table."""
    chart = flow_chart(statement)
    if chart is None:
        return
    say = statement.language.say
    yield Picture(chart)
    money = Column(statement, [flow.amount for flow in statement.flows])
    payers = [flow.source for flow in statement.flows if flow.kind == "paid"]
    pot = payers[0] if len(payers) == 1 else say("pot")
    moved = [flow for flow in statement.flows if flow.kind != "paid" or len(payers) > 1]
    rows = [(line(flow.source or pot), line(flow.target or say("pot")), line(flow.words), money(flow.amount)) for flow in moved]
    heads = (say("from"), say("to"), say("for_what"), say("amount"))
    yield Fold(say("all_figures"), (Table(say("flows"), heads, tuple(rows), 1, hide_caption=True),))


def investors_section(statement: Statement) -> Iterator[Block]:
    """How each investment stands."""
    if not statement.held:
        return
    say, language = statement.language.say, statement.language
    yield Paragraph(line(say("investors_intro")))
    names = ("committed", "drawn", "repaid", "loss")
    money = Column(statement, [getattr(held.row, name) for held in statement.held for name in names])
    rows = []
    for held in statement.held:
        row = held.row
        extra = [say("of_which_guarantee", amount=statement.money(row.guaranteed))] if row.guaranteed else []
        extra += [say("of_which_return", amount=statement.money(row.returned))] if row.returned else []
        own = row.tranche in (row.investment, row.investor)
        name = line(held.name, Span("" if own else row.tranche.replace("_", " "), "small"))
        rate = say("running") if statement.running and row.loss else say("no_return") if held.rate is None else language.rate(held.rate)
        cells = {key: money(getattr(row, key)) for key in names}
        cells["repaid"] = (*cells["repaid"], *(Span(words, "small") for words in extra))
        rows.append((name, *cells.values(), line(rate)))
    sums = (money(sum((getattr(held.row, name) for held in statement.held), ZERO)) for name in names)
    total = (line(say("total")), *sums, ()) if len(rows) > 1 else ()
    heads = tuple(say("not_yet" if key == "loss" and statement.running else key) for key in ("investor", *names, "annual_return"))
    yield Table(say("investors"), heads, tuple(rows), 5, total, hide_caption=True)


def plan_section(statement: Statement) -> Iterator[Block]:
    """What the plan expected beside what is due."""
    if not statement.planned:
        return
    say, language = statement.language.say, statement.language
    yield Paragraph(line(statement.plan_words))
    money = Column(statement, [statement.due, *(amount for _, amount in statement.planned)])
    rows = [(line(language.day(by)), money(amount)) for by, amount in statement.planned]
    rows.append((line(say("actual", day=language.day(statement.settlement.as_of))), money(statement.due)))
    yield Table(say("plan"), (say("plan_by"), say("planned")), tuple(rows), 1, hide_caption=True)
