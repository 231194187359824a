"""A programme and its settlement as a project of the INDIGO data standard (the public record of impact bonds).

What the terms and the settlement know is filled in; what they do not know (a country, a policy sector, amounts in US
dollars) is left out and never guessed. The file fits the standard's schema; `organisations` is added to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from makegood import __version__
from makegood.programme.reading import Terms
from makegood.programme.root import Programme
from makegood.report.indigo_agreed import (
    commitments,
    contract_ceiling,
    figure_of,
    intermediaries,
    organisations,
    outcome_metrics,
    outcome_pricings,
    service_provisions,
    sources,
)
from makegood.report.indigo_happened import investments, outcome_payments, payment_plans, percent, repayment_in_words, results, transactions
from makegood.report.indigo_values import lean, money, value, words

Folder = Mapping[str, Any]
"""A settlement as its folder holds it: `settlement` and `explanation`, the JSON of both files."""


def as_indigo(terms: Terms, settlement: Folder | None = None) -> dict[str, Any]:
    """The project. `settlement`: what was measured, moved and paid; without it only what was agreed is said."""
    programme = terms.programme
    told = settlement["settlement"] if settlement else None
    inputs = settlement["explanation"]["inputs"] if settlement else {}
    due = None if told is None else _due(told)
    known = {name: None if figure is None else Decimal(figure) for name, figure in told["figures"].items()} if told else {}
    project = {
        "name": value(words(programme.title)),
        "alternative_names": value(", ".join(filter(None, (getattr(programme.title, "nl", None), programme.programme)))),
        "stage_development": value(_stage(programme, told["as_of"] if told else None)),
        "dates": _dates(programme),
        "overall_project_finance": _finance(programme, told, due),
        "investment_details": _invested(programme, told),
        "purpose_and_classifications": {
            "intervention": value("; ".join(dict.fromkeys(words(row.intervention) for row in programme.services.values())))
        },
        "service_and_beneficiaries": _people(programme, known),
        "notes": value(words(programme.summary)),
        "sources": [*sources(terms), *([_settlement_source(told)] if told else [])],
        "service_provisions": list(service_provisions(programme)),
        "outcome_payment_commitments": list(commitments(programme, due, _period(programme, told))),
        "investments": list(investments(programme, told)),
        "intermediary_services": list(intermediaries(programme)),
        "outcome_metrics": list(outcome_metrics(programme)),
        "outcome_pricings": list(outcome_pricings(terms)),
        "transactions": list(transactions(programme, inputs.get("transactions", ()))),
        "results": list(results(programme, inputs, told)),
        "documents": [{"title": value(row.title), "url": value(row.url)} for row in programme.documents.values()],
        "outcome_payment_plans": list(payment_plans(programme)),
        "outcome_payments": list(outcome_payments(programme, told)),
        "organisations": organisations(programme),
    }
    found: dict[str, Any] = lean(project)
    return found


def _due(told: Folder) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for row in told["outcome_payments"]:
        owed[row["payer"]] += Decimal(row["due"])
    return owed


def _stage(programme: Programme, as_of: str | None) -> str:
    """How far the project is, by the calendar on the day of settlement; no settlement, no stage."""
    if as_of is None:
        return ""
    day, calendar = date.fromisoformat(as_of), programme.calendar
    ends = programme.terminated.on if programme.terminated else calendar.ends_on
    if day < (calendar.intake_from or calendar.starts_on):
        return "Contracted"
    return "Service delivery complete" if ends is not None and day >= ends else "Implementation"


def _dates(programme: Programme) -> dict[str, Any]:
    calendar = programme.calendar
    last = calendar.ends_on - timedelta(days=1) if calendar.ends_on else None
    told = [f"The contract runs from {calendar.starts_on}{f' until {last} included' if last else ''}."]
    if calendar.intake_from and calendar.intake_until:
        told.append(f"Intake runs from {calendar.intake_from} until before {calendar.intake_until}.")
    if calendar.observation_months:
        told.append(f"Everybody is observed for {calendar.observation_months} months.")
    told += [f"Assumed: {calendar.why}"] if calendar.assumed else []
    ended = programme.terminated.on - timedelta(days=1) if programme.terminated else None
    return {
        "start_date_of_service_provision": value(calendar.intake_from or calendar.starts_on),
        "anticipated_end_date_of_service_provision": value(last),
        "actual_end_date_of_service_provision": value(ended),
        "notes": " ".join(told),
    }


def _finance(programme: Programme, told: Folder | None, due: Mapping[str, Decimal] | None) -> dict[str, Any]:
    committed = [investment.committed.number for investment in programme.investments.values()]
    known = [amount for amount in committed if amount is not None]
    total = sum(known, Decimal(0)) if known and len(known) == len(committed) else None
    return {
        "total_investment_commitment": {"currency": value(programme.currency), "amount": {"exact": value(total)}} if total else None,
        "maximum_potential_outcome_payment_v2": money(programme.currency, contract_ceiling(programme)),
        "investor_repayment": value(repayment_in_words(told["investor_repayments"])) if told else None,
        "total_outcome_payments_made": money(programme.currency, None if due is None else sum(due.values(), Decimal(0))),
        "source_ids": "programme_file,settlement" if told else "programme_file",
        "notes": f"Payments are those that are due as of {told['as_of']}, whether or not the money has moved." if told else None,
    }


def _invested(programme: Programme, told: Folder | None) -> dict[str, Any] | None:
    if told is None or not told["investor_repayments"]:
        return None
    drawn = sum((Decimal(row["drawn"]) for row in told["investor_repayments"]), Decimal(0))
    rates = [f"{row['investment']} {percent(row['annual_return'])}" for row in told["investor_repayments"] if row["annual_return"]]
    return {
        "total_funds_invested": {"latest": {**(money(programme.currency, drawn) or {}), "date": value(told["as_of"])}},
        "internal_rate_of_return": {"latest": value("; ".join(rates)), "date": value(told["as_of"])} if rates else None,
        "source_ids": "settlement",
    }


def _people(programme: Programme, known: Mapping[str, Decimal | None]) -> dict[str, Any]:
    services = list(programme.services.values())
    planned = [figure_of(service.planned_people, known, programme) for service in services]
    whole = [number for number in planned if number is not None]
    populations = dict.fromkeys(words(service.target_population) for service in services if service.target_population)
    return {
        "target_population": value("; ".join(populations)),
        "targeted_number_service_users_or_beneficiaries_total": value(whole[0]) if len(whole) == 1 else None,
        "unit_type_targeted_service_users_or_beneficiaries": value("Individual") if len(whole) == 1 else None,
    }


def _period(programme: Programme, told: Folder | None) -> dict[str, Any] | None:
    return {"start_date": value(programme.calendar.starts_on), "end_date": value(told["as_of"])} if told else None


def _settlement_source(told: Folder) -> dict[str, Any]:
    return {
        "id": "settlement",
        "name": value(f"Settlement as of {told['as_of']}"),
        "type": value("Report"),
        "publication_date": value(told["as_of"]),
        "notes": f"Computed by Makegood {told.get('makegood', __version__)}; fingerprint {told['fingerprint']}",
    }
