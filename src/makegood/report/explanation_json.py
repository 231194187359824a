"""What `makegood explain` tells from: every step of every payment in exact values and in words, and the rows that were read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from makegood.payment.node import Node
from makegood.programme.money_terms import Limit, RepaymentStep
from makegood.programme.yaml_text import Place
from makegood.report.language import Language
from makegood.report.steps_in_words import Telling
from makegood.settle import Settlement
from makegood.values.fingerprint import decimal_text


def explanation_of(settlement: Settlement) -> dict[str, Any]:
    """How each payment and repayment came about, step by step, the rows that were read, and where the clauses stand."""
    statement = settlement.statement
    telling = Telling(settlement.terms, Language("en"))
    return {
        "names": _names(settlement),
        "payments": {payment.id: {"steps": [step_json(node, telling) for node in payment.steps]} for payment in statement.payments},
        "limits": {name: _limit(name, node, settlement, telling) for name, node in statement.ceilings.items()},
        "figures": {name: step_json(node, telling) for name, node in statement.figures.items()},
        "repayments": _flows(settlement),
        "steps": {name: _step_in_words(step) for name, step in settlement.terms.programme.investor_repayment.items()},
        "before": {
            name: [{"as_of": day.isoformat(), "amount": str(amount), "settlement": fingerprint} for day, amount, fingerprint in rows]
            for name, rows in settlement.before.items()
        },
        "inputs": settlement.inputs,
        "provenance": dict(settlement.provenance),
        "file": settlement.terms.text.file,
        "terms": _terms(settlement),
    }


def step_json(node: Node, telling: Telling) -> dict[str, Any]:
    """A step and all below it: its exact value, and the value and the words for people."""
    return {
        "what": node.what,
        "words": telling.sentence(node.what)[0],
        "how": node.how,
        "value": None if node.value is None else decimal_text(node.value),
        "shown": telling.value(node),
        "clause": {"file": node.where.file, "line": node.where.line, "path": node.where.path},
        **({"note": telling.sentence(node.note)[0]} if node.note else {}),
        **({"evidence": list(node.evidence)} if node.evidence else {}),
        **({"inputs": [step_json(inner, telling) for inner in node.inputs]} if node.inputs else {}),
    }


def _names(settlement: Settlement) -> dict[str, dict[str, str]]:
    """What people call lines, parties and metrics: code -> title."""
    programme = settlement.terms.programme
    return {
        "lines": {name: str(pricing.title) for name, pricing in programme.outcome_pricings.items()},
        "parties": {name: party.name for name, party in programme.parties.items()},
        "metrics": {name: str(metric.title) for name, metric in programme.outcome_metrics.items()},
        "figures": {name: str(figure.title or name.replace("_", " ")) for name, figure in programme.figures.items()},
        "investments": {name: str(investment.title or name.replace("_", " ")) for name, investment in programme.investments.items()},
    }


def _limit(name: str, ceiling: Node, settlement: Settlement, telling: Telling) -> dict[str, Any]:
    limit = settlement.terms.programme.limits[name]
    currency = settlement.terms.programme.currency
    if ceiling.value is None:
        most = "at most what its clause says"
    elif limit.of == "money":
        most = f"at most {telling.language.money(ceiling.value, currency)}"
    else:
        most = f"at most {telling.language.number(ceiling.value)} {limit.of}"
    return {"words": " ".join([most, *_covers(limit, telling)]), "steps": step_json(ceiling, telling)}


def _covers(limit: Limit, telling: Telling) -> Iterator[str]:
    if limit.per:
        yield "for each " + telling.language.listed([per.replace("_", " ") for per in limit.per])
    if limit.lines:
        yield "by " + telling.language.listed([f"“{telling.lines.get(line, line)}”" for line in limit.lines])
    if limit.payer is not None:
        yield f"of what {limit.payer.replace('_', ' ')} pays"
    if limit.only is not None:
        chosen = [f"{column} {' or '.join(values)}" for column, values in limit.only.chosen().items()]
        days = [f"{word} {day}" for word, day in (("from", limit.only.from_), ("before", limit.only.until)) if day is not None]
        yield "for " + telling.language.listed([*chosen, *days])


def _step_in_words(step: RepaymentStep) -> str:
    """A step of the waterfall as a sentence without amounts."""
    to = ", ".join(name.replace("_", " ") for name in step.to)
    words = {
        "principal": f"drawn capital of {to}, until it is repaid",
        "return": f"a return on drawn capital of {to}"
        + ("" if step.in_all else ", compounding" if step.compounding else ", not compounding"),
        "amount": f"an agreed amount for {to}",
        "rest": "what is left, shared out",
    }[step.pays]
    fed = f", from {', '.join(step.from_lines)} only" if step.from_lines else ""
    return words + fed + (", up to a ceiling" if step.at_most is not None else "") + (", on conditions" if step.when else "")


def _flows(settlement: Settlement) -> dict[str, list[dict[str, str]]]:
    made: dict[str, list[dict[str, str]]] = {}
    for step in (*settlement.waterfall.distributions, *settlement.waterfall.guarantee_calls):
        made.setdefault(step.to, []).append({"on": step.on.isoformat(), "step": step.step, "pays": step.pays, "amount": str(step.amount)})
    return made


def _terms(settlement: Settlement) -> dict[str, int]:
    """Where each clause that pays, limits or repays stands: path -> line."""
    terms = settlement.terms
    parts = ("outcome_pricings", "limits", "investor_repayment", "guarantees", "investments", "evidence")
    places: set[Place] = {(part, name) for part in parts for name in getattr(terms.programme, part)}
    statement = settlement.statement
    first = chain(islice(statement.refused, 1000), islice(statement.waiting, 1000))  # of a crowd these are no list
    places |= {refusal.clause for refusal in first if refusal.clause}
    return {"/".join(map(str, place)): terms.where(place).line for place in sorted(places, key=lambda place: [str(step) for step in place])}
