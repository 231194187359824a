"""The first page of a folder of statements: the whole line on an invented world, then a card for each contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from makegood import __version__
from makegood.report.language import NAMES, Code, Language
from makegood.report.markup import Markup, element, joined
from makegood.report.page import page
from makegood.report.statement_html import FILES, PDFS
from makegood.settle import Settlement

INDEX: dict[Code, str] = {"en": "index.html", "nl": "index.nl.html"}
WALK = "from-record-to-euro"
"""The folder of the invented world, beside those of the contracts."""


@dataclass(frozen=True)
class Walk:
    """What was found on the way from invented records to a statement, and the commands that found it."""

    participants: int
    pool: int
    months: Decimal
    matched: int
    effect: Decimal
    low: Decimal
    high: Decimal
    planted: Decimal
    total: Decimal
    currency: str
    commands: tuple[tuple[str, str], ...]
    """(step, command), in their order."""


def index_html(settlements: Mapping[str, Settlement], *, lang: Code = "en", walk: Walk | None = None) -> str:
    """The page. `settlements`: folder name -> what was settled there; `walk`: the line whose files lie in `WALK`."""
    language = Language(lang)
    say = language.say
    other: Code = "nl" if lang == "en" else "en"
    top = element(
        "div",
        element("span", "Makegood"),
        element("a", say("other_language"), href=INDEX[other], lang=other, hreflang=other, title=NAMES[other]),
        class_="top",
    )
    cards = element("ul", *(_card(name, settlement, language) for name, settlement in settlements.items()), class_="cards")
    contracts = element("section", element("h2", say("index_contracts")), element("p", say("index_contracts_words")), cards)
    body = joined(
        element("header", top, element("h1", say("index_title")), element("p", say("index_what"), class_="summary")),
        element("main", _walk(walk, language) if walk else "", contracts),
        element("footer", element("p", f"Makegood {__version__}")),
    )
    return page(lang=lang, title=f"Makegood: {say('index_title').lower()}", body=element("div", Markup(body), class_="wide"))


def _walk(walk: Walk, language: Language) -> Markup:
    say = language.say
    stages = element("ol", *(element("li", *parts) for parts in _stages(walk, language)), class_="stages")
    commands = "\n".join(command for _, command in walk.commands)
    repeat = element(
        "details",
        element("summary", say("index_repeat")),
        element("p", say("index_repeat_words")),
        element("pre", element("code", commands)),
    )
    return element("section", element("h2", say("index_walk")), element("p", say("index_walk_words")), stages, repeat)


def _stages(walk: Walk, language: Language) -> Iterator[list[str]]:
    """Four steps: each what was done, what came out, and where it can be seen."""
    say = language.say
    nl = ".nl" if language.code == "nl" else ""
    told = {
        "world": (
            {"n": language.number(Decimal(walk.participants)), "pool": language.number(Decimal(walk.pool))},
            [("index_see_world", "world/manifest.json")],
        ),
        "measure": ({"months": language.number(walk.months)}, [("index_see_measured", "measured/results.csv")]),
        "compare": (
            {
                "matched": language.number(Decimal(walk.matched)),
                "effect": language.number(walk.effect, 2).replace("≈\u00a0", ""),
                "low": language.number(walk.low, 2).replace("≈\u00a0", ""),
                "high": language.number(walk.high, 2).replace("≈\u00a0", ""),
                "planted": language.number(walk.planted, 2),
            },
            [("index_see_design", f"compared/design{nl}.html"), ("index_see_effect", f"compared/effect{nl}.html")],
        ),
        "settle": (
            {"total": language.money(walk.total, walk.currency)},
            [("index_see_statement", f"statement/{FILES[language.code]}"), ("index_see_pdf", f"statement/{PDFS[language.code]}")],
        ),
    }
    for name, (values, links) in told.items():
        seen = [element("a", say(key), href=f"{WALK}/{file}") for key, file in links]
        between = Markup(" · ".join(seen))
        yield [
            element("h3", say(f"index_{name}")),
            element("p", say(f"index_{name}_words", **values)),
            element("p", between, class_="links"),
        ]


def _card(name: str, settlement: Settlement, language: Language) -> Markup:
    say = language.say
    programme = settlement.terms.programme
    total = settlement.statement.total
    rows = settlement.waterfall.repayments
    drawn, repaid = (sum((getattr(row, key) for row in rows), Decimal(0)) for key in ("drawn", "repaid"))
    day = language.day(settlement.as_of)

    def money(amount: Decimal) -> str:
        return language.money(amount, programme.currency)

    words = [say("index_pay" if total >= 0 else "index_back", day=day)]
    words += [say("index_drawn", drawn=money(drawn), repaid=money(repaid))] if drawn else []
    files = [(PDFS[language.code], "PDF"), ("settlement.json", "JSON"), ("journal.beancount", say("index_journal"))]
    return element(
        "li",
        element("h3", element("a", language.title(programme.title), href=f"{name}/{FILES[language.code]}")),
        element("p", language.title(programme.summary), class_="grow"),
        element("p", money(abs(total)), class_="figure"),
        element("p", " ".join(words)),
        element("p", Markup(" · ".join(element("a", title, href=f"{name}/{file}") for file, title in files)), class_="links"),
    )
