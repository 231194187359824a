"""The index page of a folder of statements: a card for each programme, in the statements' look."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from makegood import __version__
from makegood.report.document_html import page
from makegood.report.language import Language
from makegood.report.markup import Markup, element
from makegood.settle import Settlement

WHAT = (
    "An outcomes contract pays for results: investors fund the work, and whoever ordered it repays them as far as the agreed"
    " outcomes come about. Makegood reads such a contract as one plain file and works out who owes what, each amount"
    " traceable to its clause."
)
CLOSING = "The programmes come from published contracts; what their sources do not say is marked as an assumption."


def index_html(settlements: Mapping[str, Settlement], *, extra: Mapping[str, str]) -> str:
    """The page; `settlements` by folder name, `extra`: file name -> title of the files beside each statement."""
    cards = [_card(name, settlement, extra) for name, settlement in settlements.items()]
    body = (
        element(
            "header",
            element("p", element("span", "Makegood"), class_="top"),
            element("h1", "Outcomes contracts, settled"),
            element("p", WHAT, class_="summary"),
        )
        + element("main", element("ul", *cards, class_="cards"))
        + element(
            "footer",
            element(
                "p",
                f"Makegood {__version__}. {CLOSING}",
            ),
        )
    )
    return page(lang="en", title="Makegood: outcomes contracts, settled", body=element("div", Markup(body), class_="wide"))


def _card(name: str, settlement: Settlement, extra: Mapping[str, str]) -> str:
    language = Language("en")
    programme = settlement.terms.programme
    total = settlement.statement.total
    drawn = sum((row.drawn for row in settlement.waterfall.repayments), Decimal(0))
    repaid = sum((row.repaid for row in settlement.waterfall.repayments), Decimal(0))
    more = (
        f"Of {language.money(drawn, programme.currency)} drawn from investors, {language.money(repaid, programme.currency)} comes back."
        if drawn
        else ""
    )
    files = [element("a", title, href=f"{name}/{file}") for file, title in extra.items()]
    links = Markup(" · ".join([element("a", "Nederlands", href=f"{name}/statement.nl.html", hreflang="nl"), *files]))
    return element(
        "li",
        element("h2", element("a", language.title(programme.title), href=f"{name}/statement.html")),
        element("p", language.title(programme.summary), class_="grow") if programme.summary else element("p", "", class_="grow"),
        element("p", language.money(abs(total), programme.currency), class_="figure"),
        element("p", f"{'to be paid' if total >= 0 else 'to be paid back'} as of {language.day(settlement.as_of)}. {more}"),
        element("p", element("small", links), class_="links"),
    )
