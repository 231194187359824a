"""What changed between two settlements, and what that does to the money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from makegood.report.language import Language

FEW = 20
ENGLISH = Language("en")
ZERO = Decimal(0)
IDENTITY = {"results": "result", "effect": "result", "claims": "claim", "transactions": "transaction"}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Sentences: first what was read anew, then what each figure, claim, payment and repayment makes of it.

    `before` and `after` hold `settlement` and `explanation` as their JSON files do. Empty when nothing changed.
    """
    old, new = before["settlement"], after["settlement"]
    if old["fingerprint"] == new["fingerprint"]:
        return []
    names = after["explanation"]["names"]
    causes = [*_terms(old, new), *_inputs(before["explanation"]["inputs"], after["explanation"]["inputs"])]
    steps = [*_few(_figures(before["explanation"], after["explanation"]), "figures"), *_few(_claims(old, new), "claims")]
    effects = [*_payments(old, new, names), *_repayments(old, new, names)]
    return [*causes, *steps, *(effects or ["No payment and no repayment changes."]), *(_in_all(old, new) if effects else [])]


def _terms(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["programme"] != new["programme"]:
        yield f"This is another programme: {new['programme']} instead of {old['programme']}."
    if old["programme_sha256"] != new["programme_sha256"]:
        yield f"The programme file changed: {old['programme_sha256'][:12]} became {new['programme_sha256'][:12]}."
    added = [name for name in new["terms_in_force"] if name not in old["terms_in_force"]]
    if added:
        yield f"Amended since: {', '.join(added)}."
    if old["as_of"] != new["as_of"]:
        yield f"Settled as of {new['as_of']} instead of {old['as_of']}."
    if old["makegood"] != new["makegood"]:
        yield f"Settled by version {new['makegood']} instead of {old['makegood']}."


def _inputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for part, identity in IDENTITY.items():
        first, second = (_by_name(rows.get(part, ()), identity) for rows in (old, new))
        yield from _few(_rows(identity, first, second), part)


def _few(told: Iterator[str], part: str) -> Iterator[str]:
    rows = list(told)
    yield from rows[:FEW]
    if len(rows) > FEW:
        yield f"… and {len(rows) - FEW} more changes among the {part}."


def _by_name(rows: Sequence[Mapping[str, str]], identity: str) -> dict[str, Mapping[str, str]]:
    return {row[identity]: row for row in rows if identity in row}


def _rows(identity: str, first: Mapping[str, Mapping[str, str]], second: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for name in sorted(first.keys() | second.keys()):
        if name not in first:
            yield f"New {identity} '{name}'."
        elif name not in second:
            yield f"No longer there: {identity} '{name}'."
        else:
            for column in sorted(first[name].keys() | second[name].keys()):
                was, now = first[name].get(column, "empty"), second[name].get(column, "empty")
                if was != now:
                    yield f"{identity.capitalize()} '{name}': {column.replace('_', ' ')} was {was}, is {now}."


def _figures(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name, figure in new.get("figures", {}).items():
        was = old.get("figures", {}).get(name)
        if was is not None and was["value"] != figure["value"]:
            title = new["names"]["figures"].get(name, name)
            yield f"{title[:1].upper()}{title[1:]}: {was['shown']} becomes {figure['shown']}."


def _claims(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    first, second = ({row["claim"]: row["reason"] for row in settlement["refused_claims"]} for settlement in (old, new))
    for name in sorted(second.keys() - first.keys()):
        yield f"Claim '{name}' is refused now: {second[name]}."
    for name in sorted(first.keys() - second.keys()):
        yield f"Claim '{name}' is refused no longer (it was: {first[name]})."
    for name in sorted(first.keys() & second.keys()):
        if first[name] != second[name]:
            yield f"Claim '{name}' is refused for another reason: {second[name]} (it was: {first[name]})."


def _payments(old: Mapping[str, Any], new: Mapping[str, Any], names: Mapping[str, Any]) -> Iterator[str]:
    first, second = ({row["id"]: row for row in settlement["outcome_payments"]} for settlement in (old, new))
    for name in sorted(first.keys() | second.keys()):
        was, now = (Decimal(rows[name]["due"]) if name in rows else ZERO for rows in (first, second))
        if was != now:
            line = (second.get(name) or first[name])["line"]
            words = ", ".join(_why(first.get(name), second.get(name), new["currency"]))
            yield f"“{names['lines'].get(line, line)}” ({name}): {_moved(was, now, new['currency'])}{f' ({words})' if words else ''}."


def _why(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, currency: str) -> Iterator[str]:
    if old is None or new is None:
        return
    if old["units"] != new["units"]:
        was, now = ("unknown" if row["units"] is None else ENGLISH.number(Decimal(row["units"])) for row in (old, new))
        yield f"counted {was}, now {now}"
    cuts = [{cut["limit"]: Decimal(cut["cut"]) for cut in row["limits"]} for row in (old, new)]
    for limit in sorted(cuts[0].keys() | cuts[1].keys()):
        before, after = (cut.get(limit, ZERO) for cut in cuts)
        if before != after:
            money = [ENGLISH.money(amount, currency) for amount in (before, after)]
            yield f"the limit '{limit.replace('_', ' ')}' cut {money[0]}, now {money[1]}"


def _repayments(old: Mapping[str, Any], new: Mapping[str, Any], names: Mapping[str, Any]) -> Iterator[str]:
    first, second = ({row["investment"]: row for row in settlement["investor_repayments"]} for settlement in (old, new))
    for name in sorted(first.keys() | second.keys()):
        was, now = (Decimal(rows[name]["repaid"]) if name in rows else ZERO for rows in (first, second))
        if was != now:
            investor = (second.get(name) or first[name])["investor"]
            yield f"Repayment to {names['parties'].get(investor, investor)}: {_moved(was, now, new['currency'])}."


def _in_all(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    was, now = (sum((Decimal(row["due"]) for row in settlement["outcome_payments"]), ZERO) for settlement in (old, new))
    if was != now:
        yield f"In all outcome payers owe {ENGLISH.money(now, new['currency'])} instead of {ENGLISH.money(was, new['currency'])}."


def _moved(was: Decimal, now: Decimal, currency: str) -> str:
    more = f"{ENGLISH.money(abs(now - was), currency)} {'more' if now > was else 'less'}"
    return f"{ENGLISH.money(was, currency)} becomes {ENGLISH.money(now, currency)}, {more}"
