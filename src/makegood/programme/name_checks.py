"""Names that nobody defined, and names that mean two things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from makegood.programme.money_terms import RepaymentStep
from makegood.programme.reading import Terms
from makegood.programme.yaml_text import Place
from makegood.values.problem import Problem, nearest

RESERVED = ("all",)
"""`cohort: all` is the pooled result of every cohort; `lines: all` every line."""


def references(terms: Terms) -> Iterator[Problem]:
    """Every name is defined somewhere."""
    programme = terms.programme
    tranches = {investment.tranche for investment in programme.investments.values() if investment.tranche}
    known: dict[str, Iterable[str]] = {
        "party": programme.parties,
        "metric": programme.outcome_metrics,
        "line": programme.outcome_pricings,
        "figure": programme.figures,
        "evidence": programme.evidence,
        "settlement": programme.outcome_payment_plan.settlements,
        "cohort": [*programme.cohorts, *RESERVED],
        "class": programme.classes,
        "phase": programme.phases,
        "event": programme.exit_plan,
        "investment": programme.investments,
        "capital": [*programme.investments, *tranches],
        "tranche": tranches,
        "anybody": [*programme.parties, *programme.investments, *tranches, "investments"],
        "payer": programme.outcome_payment_commitments,
        "lines": [*programme.outcome_pricings, *RESERVED],
        "repayable": [*programme.investments, *tranches, "investments"],
    }
    for place, term in terms.of_money:
        if place[:1] in (("examples",), ("amendments",)):
            continue
        for key, kind, names in _names_in(term, place):
            for name in names:
                if name not in known[kind]:
                    where = terms.where((*place, key) if key else place)
                    noun = {"payer": "party", "anybody": "party", "repayable": "investment", "lines": "line"}.get(kind, kind)
                    yield Problem(
                        where,
                        f"unknown_{noun}",
                        f"'{name}' is not a {noun} of this programme",
                        "A name must lead to one term",
                        nearest(name, known[kind]),
                    )


_NAMES: dict[str, dict[str, str]] = {
    "OutcomePricing": {"metric": "metric", "net_of": "line", "evidence": "evidence", "settlement": "settlement", "after_event": "event"},
    "OutcomeMetric": {"evidence": "evidence"},
    "After": {"line": "line", "any_of": "line"},
    "Predecessor": {"line": "line", "any_of": "line"},
    "Sequence": {"not_with": "line"},
    "Return": {"to": "repayable"},
    "Limit": {"lines": "line", "payer": "payer", "beyond": "payer"},
    "Investment": {"investor": "party"},
    "Guarantee": {"guarantor": "party", "covers": "repayable"},
    "RepaymentStep": {"from_lines": "line"},
    "Part": {"to": "anybody"},
    "Service": {"provider": "party"},
    "Evidence": {"signed_by": "party", "validated_by": "party"},
    "Termination": {"event": "event"},
    "Measured": {"class_of": "metric"},
    "Figure": {
        "result": "metric",
        "effect": "metric",
        "claims": "metric",
        "accepted": "line",
        "earned": "lines",
        "committed": "capital",
        "tranche": "tranche",
        "named": "figure",
        "from_party": "party",
        "to_party": "party",
    },
    "Selector": {"cohort": "cohort", "class_": "class", "phase": "phase", "payer": "payer"},
    "Choice": {"cohort": "cohort", "class_": "class", "phase": "phase", "payer": "payer", "metric": "metric", "line": "line"},
}
"""Term -> its fields that hold names -> names of what."""


def _names_in(term: BaseModel, place: Place) -> Iterator[tuple[str, str, list[str]]]:
    kind = type(term).__name__
    for field, of_what in _NAMES.get(kind, {}).items():
        value = getattr(term, field)
        if value is not None:
            alias = type(term).model_fields[field].alias or field
            yield ("" if field == "named" else alias), of_what, value if isinstance(value, list) else [value]
    if kind == "OutcomePaymentCommitment":
        yield "", "party", [str(place[-1])]
    if isinstance(term, RepaymentStep):
        yield "to", "repayable" if term.pays in ("principal", "return") else "anybody", term.to


def names(terms: Terms) -> Iterator[Problem]:
    """A name means one thing: no cohort or line is called `all`, no party as somebody else's investment."""
    programme = terms.programme
    words = {"cohorts": "all", "outcome_pricings": "all", "parties": "investments", "investments": "investments"}
    for part, word in words.items():
        if word in getattr(programme, part):
            what = f"'{word}' is a word of the language: all of them together"
            yield Problem(terms.where((part, word)), "two_meanings", what, "A name must lead to one term", "choose another name")
    for name, investment in programme.investments.items():
        for party in sorted(set(programme.parties) & {name, investment.tranche or name}):
            if party != investment.investor:
                what = f"'{party}' is a party, and names an investment of '{investment.investor}'"
                why = "Money for the one could go to the other"
                yield Problem(terms.where(("investments", name)), "two_meanings", what, why, "give the investment a name of its own")
