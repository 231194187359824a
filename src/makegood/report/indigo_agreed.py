"""What was agreed, as parts of an INDIGO project: services, payers, investments, metrics, prices, sources.

Organisations stand under the programme's own codes; the standard keeps organisations in a register of its own, whose
identifiers a programme file does not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import yaml

from makegood.programme.figure import Figure
from makegood.programme.reading import Terms
from makegood.programme.root import Party, Programme
from makegood.report.indigo_values import money, sourced, value, words

INTERMEDIARY_ROLES = ("intermediary", "adviser", "evaluator", "validator", "guarantor", "referrer", "supervisor")
"""Roles that the standard keeps under intermediary services."""
Figures = Mapping[str, Decimal | None]
"""Named figures as a settlement worked them out; empty without one."""
PRICED_BY = ("for_each", "counts", "per", "price", "when", "net_of", "only", "sequence")
METHODS = {
    "none": "What was measured counts, without a counterfactual.",
    "fixed_rate": "Compared with a rate that was fixed beforehand.",
    "historical_baseline": "Compared with an earlier period.",
    "modelled": "Compared with a modelled figure.",
    "matched_group": "Compared with a matched group.",
    "randomised_group": "Compared with a randomised control group.",
}


def organisations(programme: Programme) -> list[dict[str, Any]]:
    """Every party: its code, name and roles. An addition to the standard, so that the file explains its own codes."""
    return [{"id": code, "name": value(party.name), "roles": list(party.roles)} for code, party in programme.parties.items()]


def service_provisions(programme: Programme) -> Iterator[dict[str, Any]]:
    """Services with their provider, and providers of whom no service is described."""
    calendar, described = programme.calendar, {service.provider for service in programme.services.values()}
    for code, service in programme.services.items():
        yield {
            "id": code,
            "organisation_id": value(service.provider),
            "intervention": value(words(service.intervention)),
            "planned_service": {
                "start_date": value(service.from_ or calendar.intake_from or calendar.starts_on),
                "end_date": value(service.until or calendar.ends_on),
            },
            **sourced(service, programme, _name_of(service.provider, programme)),
        }
    for code, party in programme.parties.items():
        if "service_provider" in party.roles and code not in described:
            yield {"id": code, "organisation_id": value(code), **sourced(party, programme, _name_of(code, programme))}


def commitments(programme: Programme, due: Mapping[str, Decimal] | None, period: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Outcome payers, the most that each may pay, and what each owes by the settlement (`due`: payer -> amount)."""
    for code, commitment in programme.outcome_payment_commitments.items():
        share = "It bears the cases that name it as payer." if commitment.own_cases else _share_in_words(commitment.share)
        yield {
            "organisation_id": value(code),
            "maximum_potential_outcome_payment": money(programme.currency, commitment.maximum.number if commitment.maximum else None),
            "result_type": value("Overall") if due is not None else None,
            "period": period,
            "total_outcome_payments": None if due is None else money(programme.currency, due.get(code, Decimal(0))),
            **sourced(commitment, programme, _name_of(code, programme), share),
        }


def intermediaries(programme: Programme) -> Iterator[dict[str, Any]]:
    """Everybody who neither pays, invests nor provides: advisers, evaluators, validators, guarantors."""
    for code, party in programme.parties.items():
        roles = [role for role in party.roles if role in INTERMEDIARY_ROLES]
        if roles:
            yield {
                "organisation_id": value(code),
                "organisation_role_category": value("Other"),
                "other_role_description": value(", ".join(role.replace("_", " ") for role in roles)),
                **sourced(party, programme, _name_of(code, programme)),
            }


def outcome_metrics(programme: Programme) -> Iterator[dict[str, Any]]:
    """What is measured: its definition, target, and how it is validated."""
    populations = [words(service.target_population) for service in programme.services.values() if service.target_population]
    for code, metric in programme.outcome_metrics.items():
        title, definition = words(metric.title), words(metric.definition)
        kinds = [row.kind for row in metric.effect.counterfactual] if metric.effect else []
        evidence = programme.evidence.get(metric.evidence or "")
        yield {
            "id": code,
            "definition": value(f"{title}: {definition}" if definition else title),
            "target_population": value(populations[0]) if len(populations) == 1 else None,
            "outcome_metric_target": value(_shown(metric.target)),
            "outcome_validation_method": value(" ".join(dict.fromkeys(METHODS[kind] for kind in kinds))),
            "data_source_for_outcome_validation": value(", ".join(kind.replace("_", " ") for kind in evidence.kinds) if evidence else None),
            **sourced(
                metric, programme, f"Unit: {metric.unit}; {metric.better} is better.", "" if metric.payable else "It is not paid for."
            ),
        }


def outcome_pricings(terms: Terms) -> Iterator[dict[str, Any]]:
    """The price list. A price that is no single amount stands as its clause, word for word."""
    programme = terms.programme
    for code, line in programme.outcome_pricings.items():
        clause = terms.text.data["outcome_pricings"][code]
        told = {key: inner for key, inner in clause.items() if key in PRICED_BY}
        ceilings = [
            limit.at_most.number
            for limit in programme.limits.values()
            if limit.lines == [code] and not limit.per and limit.payer is None and limit.only is None and limit.retired_on is None
        ]
        yield {
            "outcome_metric_id": value(line.metric),
            "currency": value(programme.currency),
            "price_per_unit": {"amount": value(line.price.number)},
            "maximum_price_if_all_targets_achieved": {"amount": value(_plain(min((each for each in ceilings if each), default=None)))},
            "price_description": value(f"{words(line.title)}: {_clause(told)}"),
            **sourced(line, programme, f"Line '{code}' of the terms."),
        }


def sources(terms: Terms) -> Iterator[dict[str, Any]]:
    """The programme file first, then the documents that its terms refer to."""
    programme = terms.programme
    amended = f", as amended by {', '.join(terms.amendments)}" if terms.amendments else ""
    yield {
        "id": "programme_file",
        "name": value(f"Programme file '{programme.programme}'{amended}"),
        "type": value("Contract"),
        "notes": f"SHA-256 of its canonical text: {terms.sha256}",
    }
    for code, document in programme.documents.items():
        yield {
            "id": code,
            "name": value(document.title),
            "url": value(document.url),
            "publication_date": value(document.published_on),
            "notes": f"Published by {document.publisher}." if document.publisher else None,
        }


def contract_ceiling(programme: Programme) -> Decimal | None:
    """The most that all payers together may pay: the limit over the whole contract where it is one amount."""
    whole = [
        limit.at_most.number
        for limit in programme.limits.values()
        if not limit.lines and not limit.per and limit.payer is None and limit.only is None and limit.retired_on is None
    ]
    known = [amount for amount in whole if amount is not None]
    if known and len(known) == len(whole):
        return min(known)
    most = [commitment.maximum.number if commitment.maximum else None for commitment in programme.outcome_payment_commitments.values()]
    amounts = [amount for amount in most if amount is not None]
    return sum(amounts, Decimal(0)) if amounts and len(amounts) == len(most) else None


def figure_of(figure: Figure | None, figures: Figures, programme: Programme) -> Decimal | None:
    """A figure's number: written as one, or named and worked out by a settlement, or named and written as one."""
    if figure is None or figure.number is not None:
        return figure.number if figure else None
    if figure.named is not None and figures.get(figure.named) is not None:
        return figures[figure.named]
    named = programme.figures.get(figure.named or "")
    return named.number if named else None


def _name_of(code: str, programme: Programme) -> str:
    party: Party | None = programme.parties.get(code)
    return f"{party.name}." if party else ""


def _share_in_words(share: Figure | None) -> str:
    return f"It bears {_plain(share.number * 100)}% of each payment." if share and share.number is not None else ""


def _shown(figure: Figure | None) -> str:
    return "" if figure is None else _plain(figure.number) or figure.named or ""


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _clause(content: Any) -> str:
    """A clause on one line, as it stands in the file."""
    flow = yaml.safe_dump(content, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000).strip()
    return flow.removeprefix("{").removesuffix("}")
