"""What changed between two settlements, from the record to the repayment, and what that does to the money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from makegood.report.explain import Branch
from makegood.values.currency import shown

if TYPE_CHECKING:
    from makegood.report.measured_changes import Measurements

FEW = 20
IDENTITY = {"results": "result", "effect": "result", "claims": "claim", "transactions": "transaction"}


def changes(before: Mapping[str, Any], after: Mapping[str, Any], *, measured: Measurements | None = None) -> list[str]:
    """Sentences: first what was read anew, then what each payment and repayment makes of it.

    `before` and `after` hold `settlement` and `explanation` as their JSON files do; `measured` the measurements behind
    them, where these are known. Empty when nothing changed.
    """
    if before["settlement"]["fingerprint"] == after["settlement"]["fingerprint"]:
        return []
    found = list(_parts(before, after, measured))
    told = [branch.words + (f" [{branch.place}]" if branch.place else "") for _, branches in found for branch in branches]
    moved = any(branches for title, branches in found if title in MONEY)
    return told if moved else [*told, "No payment and no repayment changes."]


def what_changed(
    before: Mapping[str, Any], after: Mapping[str, Any], *, measured: Measurements | None = None, only: str | None = None
) -> Branch:
    """The same as a tree; `only`: of payments and repayments this one, by its id or name."""
    old, new = before["settlement"], after["settlement"]
    sides = [f"{side['fingerprint'][:12]} (as of {side['as_of']})" for side in (old, new)]
    words = f"what changed from settlement {sides[0]} to {sides[1]}"
    if old["fingerprint"] == new["fingerprint"]:
        return Branch(words, "", (Branch("nothing: they are the same"),))
    parts = []
    for title, branches in _parts(before, after, measured):
        those = [branch for branch in branches if title not in MONEY or only is None or f" {only}:" in branch.words]
        if those:
            parts.append(Branch(title, "", tuple(those)))
    if not any(part.words in MONEY for part in parts):
        parts.append(Branch("no payment and no repayment changes" if only is None else f"{only} does not change"))
    return Branch(words, "", tuple(parts))


MONEY = ("payments", "repayments")


def _parts(before: Mapping[str, Any], after: Mapping[str, Any], measured: Measurements | None) -> Iterator[tuple[str, Sequence[Branch]]]:
    """Titles with what belongs to them, from the cause to the effect."""
    old, new = before["settlement"], after["settlement"]
    yield "terms and day", [Branch(words) for words in _terms(old, new)]
    if measured is not None:
        yield "records", measured.records()
        yield "months", measured.months()
    yield "results and other facts", [Branch(words) for words in _inputs(before["explanation"]["inputs"], after["explanation"]["inputs"])]
    yield "payments", [Branch(words) for words in _payments(old, new)]
    yield "repayments", [Branch(words) for words in _repayments(old, new)]


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
        told = [*_rows(identity, first, second)]
        yield from told[:FEW]
        if len(told) > FEW:
            yield f"… and {len(told) - FEW} more changes among the {part}."


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
                    yield f"{identity.capitalize()} '{name}': {column} was {was}, is {now}."


def _payments(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    first, second = ({row["id"]: row for row in settlement["outcome_payments"]} for settlement in (old, new))
    for name in sorted(first.keys() | second.keys()):
        was, now = (Decimal(rows[name]["due"]) if name in rows else Decimal(0) for rows in (first, second))
        if was != now:
            words = ", ".join(_why(first.get(name), second.get(name)))
            yield f"Payment {name}: {_moved(was, now, new['currency'])}{f' ({words})' if words else ''}."


def _why(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[str]:
    if old is not None and new is not None:
        if old["units"] != new["units"]:
            yield f"counted {old['units'] or 'unknown'} → {new['units'] or 'unknown'}"
        if old["limits"] != new["limits"]:
            yield "a limit cuts otherwise"


def _repayments(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    first, second = ({row["investment"]: row for row in settlement["investor_repayments"]} for settlement in (old, new))
    for name in sorted(first.keys() | second.keys()):
        was, now = (Decimal(rows[name]["repaid"]) if name in rows else Decimal(0) for rows in (first, second))
        if was != now:
            yield f"Repayment to {name}: {_moved(was, now, new['currency'])}."


def _moved(was: Decimal, now: Decimal, currency: str) -> str:
    def money(amount: Decimal) -> str:
        return shown(amount, currency).replace("\u202f", " ")

    return f"{money(was)} becomes {money(now)}, {money(abs(now - was))} {'more' if now > was else 'less'}"
