"""The three pictures of a statement, drawn from what it tells: lines, targets, money between the parties."""

from __future__ import annotations

from decimal import Decimal

from makegood.report.charts import Bar, Palette, Row, bar_chart
from makegood.report.flow_chart import flow_chart
from makegood.report.statement_content import Group, Statement
from makegood.report.targets import Mark

ZERO = Decimal(0)


def lines_chart(statement: Statement, *, palette: Palette, width: int | None = None) -> str:
    """Earned, cut by limits, paid before and now, for each line that earned something; empty where none did."""
    rows = [Row(group.title, _stages(statement, group)) for group in statement.groups if group.earned or group.before]
    if not rows:
        return ""
    say = statement.language.say
    told = "; ".join(f"{row.title}: {', '.join(f'{bar.label} {bar.shown}' for bar in row.bars)}" for row in rows)
    return bar_chart(
        rows,
        palette=palette,
        name="chart-lines",
        title=say("chart_lines"),
        description=told,
        width=width,
        columns=44 if width is None else 70,
    )


def _stages(statement: Statement, group: Group) -> list[Bar]:
    """The way of one line: what was earned, then what comes off it, then what is left to pay."""
    say, money = statement.language.say, statement.money
    if not group.cuts and group.now == group.earned and not group.before:
        return [Bar(say("earned_and_now"), money(group.earned), ZERO, group.earned, "now")]
    if not group.cuts and not group.now and group.before == group.earned:
        return [Bar(say("earned_and_before"), money(group.earned), ZERO, group.earned, "before")]
    bars = [Bar(say("earned"), money(group.earned), ZERO, group.earned, "capital")]
    edge = group.earned
    for name, amount in group.cuts:
        bars.append(Bar(say("limit", name=name), money(-amount), max(edge - amount, ZERO), edge, "cut"))
        edge -= amount
    if group.before:
        bars.append(Bar(say("before"), money(group.before), ZERO, group.before, "before"))
    start = min(group.before, group.due) if group.now >= 0 else group.due
    end = start + abs(group.now)
    bars.append(Bar(say("now" if group.now >= 0 else "back"), money(abs(group.now)), start, end, "now" if group.now >= 0 else "cut"))
    return bars


def targets_chart(statement: Statement, *, palette: Palette, width: int | None = None) -> str:
    """Each figure as a bar, each of its targets as a mark on it with words below."""
    say = statement.language.say
    rows = []
    for against in statement.targets:
        bar = Bar(say("value"), against.shown, ZERO, against.value, "now")
        rows.append(Row(against.title, [bar], [mark.value for mark in against.marks], [_mark(statement, mark) for mark in against.marks]))
    told = "; ".join(f"{row.title}: {row.bars[0].shown}; {', '.join(row.below)}" for row in rows)
    return bar_chart(
        rows,
        palette=palette,
        name="chart-targets",
        title=say("chart_targets"),
        description=told,
        width=width,
        columns=44 if width is None else 70,
    )


def _mark(statement: Statement, mark: Mark) -> str:
    held = statement.language.say("reached" if mark.reached else "not_reached")
    return f"▏{mark.shown} {mark.title[:1].lower()}{mark.title[1:]}: {held}{f', {mark.share}' if mark.share else ''}"


def flows_chart(statement: Statement, *, palette: Palette, width: int | None = None) -> str:
    """Capital put in, and money for outcomes to those who receive it; empty where no money moved."""
    say, money = statement.language.say, statement.money
    capital = [(flow.source, flow.target, flow.amount) for flow in statement.flows if flow.kind == "capital"]
    outcome = _through([flow for flow in statement.flows if flow.kind in ("paid", "passed", "guarantee")], statement)
    guaranteed = any(flow.kind == "guarantee" for flow in statement.flows)
    parts = []
    for key, colour, flows in (("flow_in", "capital", capital), ("flow_out_guarantee" if guaranteed else "flow_out", "now", outcome)):
        total = sum((amount for _, _, amount in flows), ZERO)
        if total > 0:
            parts.append((say(key, amount=money(total)), colour, flows))
    if not parts:
        return ""
    told = "; ".join(f"{source} → {target}: {money(amount)}" for _, _, flows in parts for source, target, amount in flows)
    return flow_chart(parts, palette=palette, money=money, name="chart-flows", title=say("chart_flows"), description=told, width=width)


def _through(flows: list[object], statement: Statement) -> list[tuple[str, str, Decimal]]:
    """Givers and receivers of outcome money, paired in proportion: it runs through one pot. Guarantees go straight."""
    paid = [flow for flow in statement.flows if flow.kind == "paid"]
    passed: dict[str, Decimal] = {}
    for flow in statement.flows:
        if flow.kind == "passed":
            passed[flow.target] = passed.get(flow.target, ZERO) + flow.amount
    total = sum(passed.values(), ZERO)
    pairs = [(flow.source, target, flow.amount * amount / total) for flow in paid for target, amount in passed.items() if total > 0]
    return pairs + [(flow.source, flow.target, flow.amount) for flow in statement.flows if flow.kind == "guarantee" and flows]
