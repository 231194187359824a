"""The statement as one self-contained page: no scripts, no network, nothing beside the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from makegood import __version__
from makegood.report.charts import ON_PAGE
from makegood.report.language import NAMES, Code, Language
from makegood.report.markup import Markup, element, joined, table
from makegood.report.payment_in_words import Told
from makegood.report.statement_charts import flows_chart, lines_chart, targets_chart
from makegood.report.statement_content import Reasons, Statement, statement_of
from makegood.report.steps_in_words import Step
from makegood.settle import Settlement

FILES: dict[Code, str] = {"en": "statement.html", "nl": "statement.nl.html"}
ZERO = Decimal(0)


def as_html(settlement: Settlement, *, lang: Code = "en", home: str = "") -> str:
    """The statement for people: one HTML file that needs nothing else. `home`: a page to link back to."""
    statement = statement_of(settlement, language=Language(lang))
    return page(
        lang=lang,
        title=f"{statement.title} – {statement.language.say('statement').lower()} {settlement.as_of}",
        body=_body(statement, home),
    )


def pages_of(settlement: Settlement, *, home: str = "") -> dict[str, bytes | str]:
    """The statement's pages in every language: file name -> content."""
    return {name: as_html(settlement, lang=lang, home=home) for lang, name in FILES.items()}


def page(*, lang: str, title: str, body: str) -> str:
    """A whole document in the house's look."""
    style = (Path(__file__).parent / "statement.css").read_text(encoding="utf-8")
    head = joined(
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        element("title", title),
        element("style", Markup(style)),
    )
    return f"<!doctype html>\n{element('html', element('head', head), element('body', Markup(body)), lang=lang)}\n"


def _body(statement: Statement, home: str) -> str:
    say = statement.language.say
    sections = [
        ("lines", _lines(statement)),
        ("how", _how(statement)),
        ("targets", _targets(statement)),
        ("measured", _measured(statement)),
        ("flows", _flows(statement)),
        ("investors", _investors(statement)),
        ("refused", _refusals(statement, "refused", statement.refused)),
        ("waiting", _refusals(statement, "waiting", statement.waiting)),
        ("clawed_back", _clawed_back(statement)),
        ("carried", _carried(statement)),
        ("plan", _plan(statement)),
        ("assumptions", _assumptions(statement)),
        ("notes", _notes(statement)),
        ("terms", _terms(statement)),
    ]
    shown = [(name, "".join(parts)) for name, parts in ((name, list(parts)) for name, parts in sections) if parts]
    contents = element(
        "nav",
        element("h2", say("contents"), id="contents"),
        element("ol", *(element("li", element("a", say(name), href=f"#{name}")) for name, _ in shown)),
        aria_labelledby="contents",
        class_="contents",
    )
    return joined(
        element("a", say("skip"), href="#statement", class_="skip"),
        _head(statement, home),
        element(
            "main",
            _answer(statement),
            contents,
            *(element("section", element("h2", say(name)), Markup(inside), id=name) for name, inside in shown),
            id="statement",
        ),
        element("footer", element("p", f"Makegood {__version__} · {statement.settlement.fingerprint[:12]}")),
    )


def _head(statement: Statement, home: str) -> Markup:
    language, settlement = statement.language, statement.settlement
    other: Code = "nl" if language.code == "en" else "en"
    brand = element("a", "Makegood", href=home) if home else element("span", "Makegood")
    return element(
        "header",
        element(
            "p",
            brand,
            element("a", language.say("other_language"), href=FILES[other], lang=other, hreflang=other, title=NAMES[other]),
            class_="top",
        ),
        element("p", f"{language.say('statement')} · {language.say('as_of', day=language.day(settlement.as_of))}", class_="kind"),
        element("h1", statement.title),
        element("p", statement.summary, class_="summary") if statement.summary else "",
    )


def _answer(statement: Statement) -> Markup:
    """The first thing that anybody wants to know, and what it rests on."""
    language = statement.language
    total = statement.settlement.statement.total
    count = len(statement.assumptions)
    link = element("a", language.say("assumptions"), href="#assumptions")
    rests = [Markup(language.count("rests_on_assumptions", count, link=link))] if count else []
    return element(
        "div",
        element("p", language.say("to_be_paid" if total >= 0 else "to_be_paid_back"), class_="label"),
        element("p", statement.money(abs(total)), class_="amount"),
        element("p", statement.headline, class_="headline"),
        *(element("p", sentence) for sentence in statement.sentences),
        *(element("p", words, class_="quiet") for words in rests),
        class_="answer",
    )


def _lines(statement: Statement) -> Iterator[str]:
    language, say = statement.language, statement.language.say
    yield element("p", say("lines_intro"))
    chart = lines_chart(statement, palette=ON_PAGE)
    if chart:
        colours = [("now", "now")]
        colours += [("cut", "limited")] if any(group.cuts for group in statement.groups) else []
        colours += [("before", "before")] if any(group.before for group in statement.groups) else []
        legend = [element("li", element("span", "", class_=f"key {colour}"), say(name)) for colour, name in colours]
        yield element("figure", element("ul", *legend, class_="legend") if len(colours) > 1 else "", Markup(chart))
    else:
        yield element("p", say("no_lines"))
    nothing = [group.title for group in statement.groups if not group.earned and not group.before]
    if nothing and chart:
        yield element("p", say("not_in_chart", lines=language.listed(nothing)), class_="quiet")
    limited = any(told.cuts for told in statement.told)
    before = any(told.payment.paid_before for told in statement.told)
    heads = [say("line"), say("payer"), say("earned")] + ([say("limited")] if limited else []) + ([say("due")] if limited or before else [])
    heads += ([say("before")] if before else []) + [say("now")]
    rows = []
    for payment in statement.settlement.statement.payments:
        told = next((told for told in statement.told if told.payment is payment), None)
        cut = sum((amount for _, amount in payment.limits), ZERO)
        name = joined(told.title, element("small", told.labels) if told.labels else "") if told else Markup(payment.id)
        row = [name, told.payer if told else payment.payer, statement.money(payment.earned)]
        row += [statement.money(-cut) if cut else "–"] if limited else []
        row += [statement.money(payment.due)] if limited or before else []
        rows.append([*row, *([statement.money(payment.paid_before)] if before else []), statement.money(payment.amount)])
    payments = statement.settlement.statement.payments
    sums = {name: sum((getattr(payment, name) for payment in payments), ZERO) for name in ("earned", "due", "paid_before", "amount")}
    total = [say("total"), "", statement.money(sums["earned"])] + ([statement.money(sums["due"] - sums["earned"])] if limited else [])
    total += ([statement.money(sums["due"])] if limited or before else []) + ([statement.money(sums["paid_before"])] if before else [])
    yield table(say("all_figures"), heads, rows, numbers=len(heads) - 2, total=[*total, statement.money(sums["amount"])])


def _how(statement: Statement) -> Iterator[str]:
    language, say = statement.language, statement.language.say
    if not statement.told:
        return
    yield element("p", say("how_intro"))
    earning = [told for told in statement.told if told.payment.earned or told.payment.paid_before]
    for told in earning:
        yield _how_one(statement, told)
    nothing = [told for told in statement.told if told not in earning]
    if nothing:
        items = [
            element(
                "li",
                element("strong", _named(told)),
                " ",
                element("span", told.sentence, lang=_foreign(statement, told.foreign)),
                " ",
                element("code", told.place),
            )
            for told in nothing
        ]
        yield element("ul", *items, class_="plain")
    more = len(statement.settlement.statement.payments) - len(statement.told)
    if more:
        yield element("p", say("more_lines", n=language.number(Decimal(more))))


def _how_one(statement: Statement, told: Told) -> Markup:
    say = statement.language.say
    steps = element("details", element("summary", say("step_by_step")), _steps(told.steps, statement)) if told.steps else ""
    return element(
        "article",
        element("h3", _named(told)),
        element("p", told.sentence, lang=_foreign(statement, told.foreign)),
        element("p", told.note, class_="note") if told.note else "",
        element("p", f"{say('clause')}: ", element("code", told.place), class_="quiet"),
        steps,
    )


def _named(told: Told) -> str:
    return f"{told.title} ({told.labels})" if told.labels else told.title


def _foreign(statement: Statement, foreign: bool) -> str | None:
    return "en" if foreign and statement.language.code != "en" else None


def _steps(steps: Sequence[Step], statement: Statement) -> Markup:
    items = [
        element(
            "li",
            element("span", step.words, lang=_foreign(statement, step.foreign)),
            joined(" ", element("small", step.place)) if step.place else "",
            _steps(step.below, statement) if step.below else "",
        )
        for step in steps
    ]
    return element("ul", *items, class_="steps")


def _targets(statement: Statement) -> Iterator[str]:
    if statement.targets:
        yield element("p", statement.language.say("targets_intro"))
        yield element("figure", Markup(targets_chart(statement, palette=ON_PAGE)))
    if statement.figures and (statement.targets or len(statement.figures) > 1):
        say = statement.language.say
        yield table(say("figures"), [say("figure"), say("figure_value")], [list(row) for row in statement.figures], numbers=1)


def _measured(statement: Statement) -> Iterator[str]:
    if not statement.measured:
        return
    say = statement.language.say
    columns = [("compared", "compared"), ("target", "target"), ("persons", "persons"), ("until", "until")]
    used = [(head, name) for head, name in columns if any(getattr(row, name) for row in statement.measured)]
    heads = [say("outcome"), say("value"), *(say(head) for head, _ in used)]
    rows = []
    for row in statement.measured:
        first = joined(row.metric, element("small", row.labels) if row.labels else "")
        value = joined(row.value, element("small", row.accepted) if row.accepted else "")
        rows.append([first, value, *(getattr(row, name) or "–" for _, name in used)])
    yield table(say("measured"), heads, rows, numbers=len(heads) - 1, hide_caption=True)


def _flows(statement: Statement) -> Iterator[str]:
    chart = flows_chart(statement, palette=ON_PAGE)
    if not chart:
        return
    say = statement.language.say
    yield element("figure", Markup(chart))
    rows = [[flow.source or "–", flow.target or "–", flow.words, statement.money(flow.amount)] for flow in statement.flows]
    yield element(
        "details",
        element("summary", say("all_figures")),
        table(say("flows"), [say("from"), say("to"), say("for_what"), say("amount")], rows, numbers=1, hide_caption=True),
    )


def _investors(statement: Statement) -> Iterator[str]:
    if not statement.held:
        return
    say, language = statement.language.say, statement.language
    yield element("p", say("investors_intro"))
    rows = []
    for held in statement.held:
        row = held.row
        extra = [say("of_which_guarantee", amount=statement.money(row.guaranteed))] if row.guaranteed else []
        extra += [say("of_which_return", amount=statement.money(row.returned))] if row.returned else []
        named = held.name if row.tranche in (row.investment, row.investor) else f"{held.name} ({row.tranche.replace('_', ' ')})"
        rate = say("no_return") if held.rate is None else language.share(held.rate.quantize(Decimal("0.001")))
        rows.append(
            [
                named,
                statement.money(row.committed),
                statement.money(row.drawn),
                joined(statement.money(row.repaid), *(element("small", words) for words in extra)),
                statement.money(row.loss),
                rate,
            ]
        )
    money = {name: sum((getattr(held.row, name) for held in statement.held), ZERO) for name in ("committed", "drawn", "repaid", "loss")}
    total = [say("total"), *(statement.money(amount) for amount in money.values()), ""] if len(rows) > 1 else None
    heads = [say(key) for key in ("investor", "committed", "drawn", "repaid", "loss", "annual_return")]
    yield table(say("investors"), heads, rows, numbers=5, total=total, hide_caption=True)


def _refusals(statement: Statement, name: str, reasons: Sequence[Reasons]) -> Iterator[str]:
    if not reasons:
        return
    say, language = statement.language.say, statement.language
    rows = []
    for row in reasons:
        more = row.count - len(row.claims)
        claims = ", ".join(row.claims) + (f" {say('and_more', n=language.number(Decimal(more)))}" if more else "")
        rows.append([element("span", row.words, lang=_foreign(statement, row.foreign)), claims, language.number(Decimal(row.count))])
    yield table(say(name), [say("why"), say("example_claims"), say("how_many")], rows, numbers=1, hide_caption=True)


def _clawed_back(statement: Statement) -> Iterator[str]:
    if statement.clawed_back:
        say = statement.language.say
        rows = [[claim, why, statement.money(amount)] for claim, amount, why in statement.clawed_back]
        yield table(say("clawed_back"), [say("claim"), say("why"), say("amount")], rows, numbers=1, hide_caption=True)


def _carried(statement: Statement) -> Iterator[str]:
    if statement.carried:
        say = statement.language.say
        rows = [[line, why, "–" if amount is None else statement.money(amount)] for line, amount, why in statement.carried]
        yield table(say("carried"), [say("line"), say("why"), say("amount")], rows, numbers=1, hide_caption=True)


def _plan(statement: Statement) -> Iterator[str]:
    if statement.planned:
        say, language = statement.language.say, statement.language
        yield element("p", statement.plan_words)
        due = sum((payment.due for payment in statement.settlement.statement.payments), ZERO)
        rows = [[language.day(by), statement.money(amount)] for by, amount in statement.planned]
        rows.append([say("actual", day=language.day(statement.settlement.as_of)), statement.money(due)])
        yield table(say("plan"), [say("plan_by"), say("planned")], rows, numbers=1, hide_caption=True)


def _assumptions(statement: Statement) -> Iterator[str]:
    if statement.assumptions:
        say = statement.language.say
        yield element("p", say("assumptions_intro"))
        lang = _foreign(statement, True)
        items = [
            element(
                "li",
                element("span", why, lang=lang),
                " ",
                element("small", f"{path.replace('/', ' › ').replace('_', ' ')}, {say('line_of', n=line)}"),
            )
            for path, line, why in statement.assumptions
        ]
        yield element("ul", *items, class_="rests")


def _notes(statement: Statement) -> Iterator[str]:
    if statement.notes:
        items = [
            element(
                "li",
                element("strong", f"{problem.what}."),
                f" {problem.why}." if problem.why else "",
                " ",
                element("small", str(problem.where)),
            )
            for problem in statement.notes
        ]
        yield element("ul", *items, class_="rests", lang=_foreign(statement, True))


def _terms(statement: Statement) -> Iterator[str]:
    language, say, settlement = statement.language, statement.language.say, statement.settlement
    programme = settlement.terms.programme
    yield element("p", say("check_words"))
    pairs: list[tuple[str, str]] = [(say("terms_file"), element("code", settlement.terms.text.file))]
    force = [
        say("amended", day=language.day(programme.amendments[name].from_), reason=programme.amendments[name].reason)
        for name in settlement.terms.amendments
    ]
    pairs.append((say("in_force"), "; ".join(force) or say("as_signed")))
    pairs.append((say("sha"), element("code", settlement.terms.sha256)))
    counts = {name: language.number(Decimal(len(settlement.inputs[name]))) for name in ("claims", "transactions")}
    results = language.number(Decimal(len(settlement.inputs["results"]) + len(settlement.inputs["effect"])))
    pairs.append((say("facts"), say("facts_words", results=results, **counts)))
    pairs.append((say("fingerprint"), element("code", settlement.fingerprint)))
    pairs.append((say("software"), f"Makegood {__version__}"))
    if programme.disputes is not None:
        disputes = programme.disputes
        words = say(
            "disputes_words",
            within=disputes.within,
            decided_by=language.title(disputes.decided_by),
            recalculation=language.title(disputes.recalculation),
        )
        pairs.append((say("disputes"), words))
    if programme.documents:
        titles = [
            element("li", ", ".join(filter(None, (row.title, row.publisher, row.published_on)))) for row in programme.documents.values()
        ]
        pairs.append((say("documents"), element("ul", *titles, class_="plain")))
    yield element("dl", *(joined(element("dt", name), element("dd", value)) for name, value in pairs))
