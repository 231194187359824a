"""From a euro back to what it rests on: payment, line, limit, clause, figure, result, claim, month, record.

What can be asked for: a payment's id, a claim, a limit, a named figure, an investment or another receiver.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from makegood.report.branch import Branch, as_lines
from makegood.report.explain_steps import FEW, Deeper, Telling, columns_of, name_of
from makegood.report.language import Language
from makegood.report.settlement_json import load
from makegood.values.problem import Problem, Refused, Where, nearest

__all__ = ["Branch", "Deeper", "as_lines", "explain"]
ENGLISH = Language("en")
ZERO = Decimal(0)


@dataclass(frozen=True)
class _Folder:
    """A settlement's folder, read once."""

    path: Path
    settlement: Mapping[str, Any]
    explanation: Mapping[str, Any]
    every: bool
    telling: Telling

    def claims(self, **wanted: str) -> Iterator[dict[str, str]]:
        """The rows of claims.csv with these values, read anew each time: they may be a crowd's."""
        path = self.path / "claims.csv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as handle:
                rows = csv.DictReader(handle)
                yield from (row for row in rows if all(row[column] == value for column, value in wanted.items()))

    def money(self, amount: object) -> str:
        return ENGLISH.money(Decimal(str(amount)), self.settlement["currency"])

    def day(self, iso: str) -> str:
        return ENGLISH.day(date.fromisoformat(iso))

    def line(self, code: str) -> str:
        return f"“{self.explanation['names']['lines'].get(code, code)}”"

    def party(self, code: str) -> str:
        return str(self.explanation["names"]["parties"].get(code, code))

    def place(self, path: str) -> str:
        """File and line of a clause by its path."""
        file, line = self.explanation["file"], self.explanation["terms"].get(path, 0)
        return f"{file}:{line} {path}" if line else path


def explain(folder: Path, name: str, *, every: bool = False, deeper: Deeper | None = None) -> Branch:
    """The tree below a name. `every` lists all claims instead of the first few. Raises Refused where nothing has that name."""
    settlement, explanation = load(folder, "settlement.json"), load(folder, "explanation.json")
    if "names" not in explanation:
        what = "this explanation was written by an earlier version"
        raise Refused([Problem(Where(str(folder)), "not_a_settlement", what, "", "settle it again with --out")])
    read = _Folder(folder, settlement, explanation, every, Telling(explanation, deeper))
    payments = {row["id"]: row for row in settlement["outcome_payments"]}
    receivers = {row["investment"] for row in settlement["investor_repayments"]} | set(explanation["repayments"])
    if name in payments:
        return _payment(read, payments[name])
    if name in receivers:
        return _repayment(read, name)
    if name in explanation["limits"]:
        return _limit(read, name)
    if name in explanation["figures"]:
        figure = explanation["figures"][name]
        return read.telling.step({**figure, "how": "named", "words": explanation["names"]["figures"][name], "inputs": [figure]})
    rows = list(read.claims(claim=name))
    if rows:
        return _claim(read, name, rows)
    known = [*payments, *receivers, *explanation["limits"], *explanation["figures"]]
    known += [row["claim"] for row, _ in zip(read.claims(), range(1000), strict=False)]
    what = f"this settlement knows no payment, receiver, claim, limit or figure '{name}'"
    raise Refused([Problem(Where(str(folder)), "no_such_payment", what, "", nearest(name, known))])


def _payment(read: _Folder, row: Mapping[str, Any]) -> Branch:
    amount = Decimal(row["amount"])
    payer, line = read.party(row["payer"]), read.line(row["line"])
    group = ", ".join(f"{column} {row[column]}" for column in ("cohort", "class", "phase") if row[column] not in (None, "all"))
    for_what = f"{line}{f' ({group})' if group else ''}, as of {read.day(read.settlement['as_of'])}"
    if amount > 0:
        words = f"{payer} is to pay {read.money(amount)} for {for_what}"
    elif amount < 0:
        words = f"{payer} is to be paid back {read.money(-amount)} for {for_what}"
    else:
        words = f"{payer} has nothing to pay now for {for_what}"
    below = [_earned(read, row)]
    below += [_cut(read, row, limit) for limit in row["limits"]]
    if row["limits"] or Decimal(row["paid_before"]):
        below.append(Branch(f"{read.money(row['due'])} is due in all"))
    for earlier in read.explanation["before"].get(row["id"], ()):
        below.append(
            Branch(
                f"{read.money(earlier['amount'])} was paid by the settlement of {read.day(earlier['as_of'])} ({earlier['settlement'][:12]})"
            )
        )
    if row["note"]:
        below.append(Branch(row["note"]))
    below += _assumptions(read, row)
    clause = row["clause"]
    return Branch(words, f"{clause['file']}:{clause['line']} {clause['path']}", tuple(below))


def _earned(read: _Folder, row: Mapping[str, Any]) -> Branch:
    steps = read.explanation["payments"][row["id"]]["steps"]
    told = [read.telling.step(step) for step in steps]
    formula = _formula(row, steps)
    words = f"{read.money(row['earned'])} was earned" + (f": {formula}" if formula else "")
    return Branch(words, "", (*told, *_accepted(read, row)))


def _formula(row: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> str:
    """Counted × price × share, less what other lines earned, where one price holds for the whole payment and the sum is right."""
    prices = [step for step in steps if step["how"] == "part" and step["what"] == "price"]
    counted = [step for step in steps if step["how"] == "part" and step["what"] == "counted"]
    shares = [step for step in steps if step["what"].startswith("share of ")]
    less = [step for step in steps if step["what"].startswith("less what was earned")]
    if len(prices) != 1 or row["units"] is None or prices[0]["value"] is None or len(shares) > 1:
        return ""
    share = Decimal(shares[0]["value"]) if shares else Decimal(1)
    before = sum((Decimal(step["value"]) for step in less), ZERO)
    exact = (Decimal(row["units"]) * Decimal(prices[0]["value"]) - before) * share
    if abs(max(exact, ZERO) - Decimal(row["earned"])) > 1:
        return ""
    units = counted[0]["shown"] if len(counted) == 1 else ENGLISH.number(Decimal(row["units"]))
    names = [name_of(counted[0]) if counted else "", name_of(prices[0])]
    parts = [
        f"{shown}{f' ({name[:1].lower()}{name[1:]})' if name else ''}"
        for shown, name in zip((units, prices[0]["shown"]), names, strict=True)
    ]
    parts += [f"{shares[0]['shown']} ({shares[0]['words']})"] if shares else []
    return " × ".join(parts) + "".join(f", less {step['shown']}" for step in less)


def _accepted(read: _Folder, row: Mapping[str, Any]) -> list[Branch]:
    if not row["claims"]:
        return []
    told, count = [], 0
    for claim in read.claims(state="accepted", group=_group(row)):
        count += 1
        if read.every or count <= FEW:
            told.append(Branch(_in_words(read, claim)))
    if count > len(told):
        told.append(Branch(f"and {count - len(told)} more claims (--every lists them)"))
    return [Branch(f"{count} accepted claim{'' if count == 1 else 's'}", "", tuple(told))]


def _group(row: Mapping[str, Any]) -> str:
    """What the payers of a payment share: its id without the payer."""
    return str(row["id"]).removesuffix(f".{row['payer']}")


def _in_words(read: _Folder, claim: Mapping[str, str]) -> str:
    """What a claim earned, what a limit left of it, and its columns."""
    record = read.telling.record("claim", claim["claim"])
    cut = f", of which {read.money(claim['paid'])} after limits" if claim["paid"] != claim["earned"] else ""
    columns = f": {columns_of(record, 'claim')}" if record else ""
    return f"claim '{claim['claim']}', {read.money(claim['earned'])}{cut}{columns}"


def _cut(read: _Folder, row: Mapping[str, Any], limit: Mapping[str, str]) -> Branch:
    name = limit["limit"]
    cut = [(claim["claim"], part) for claim in read.claims(group=_group(row)) for part in _cuts_of(claim) if part[0] == name]
    told = [Branch(f"claim '{claim}': {read.money(amount)}") for claim, (_, amount) in (cut if read.every else cut[:FEW])]
    if len(cut) > len(told):
        told.append(Branch(f"and {len(cut) - len(told)} more claims (--every lists them)"))
    of_limit = _limit_words(read, name)
    return Branch(
        f"{read.money(limit['cut'])} was cut by the limit {of_limit}", read.place(f"limits/{name}"), (*_ceiling(read, name), *told)
    )


def _cuts_of(claim: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for part in (claim.get("limits") or "").split("; "):
        name, _, amount = part.partition(" ")
        if amount:
            yield name, amount


def _limit_words(read: _Folder, name: str) -> str:
    known = read.explanation["limits"].get(name)
    return f"'{name.replace('_', ' ')}'" + (f": {known['words']}" if known else "")


def _ceiling(read: _Folder, name: str) -> tuple[Branch, ...]:
    """How a ceiling came about, where it is more than a number."""
    known = read.explanation["limits"].get(name)
    steps = known["steps"] if known else None
    return (read.telling.step(steps),) if steps and (steps.get("inputs") or steps.get("evidence")) else ()


def _limit(read: _Folder, name: str) -> Branch:
    cuts = [(row, limit) for row in read.settlement["outcome_payments"] for limit in row["limits"] if limit["limit"] == name]
    total = sum((Decimal(limit["cut"]) for _, limit in cuts), ZERO)
    told = [Branch(f"{read.money(limit['cut'])} of {row['id']}") for row, limit in cuts]
    words = f"the limit {_limit_words(read, name)}; it cut {read.money(total)}"
    return Branch(words, read.place(f"limits/{name}"), (*_ceiling(read, name), *told))


def _claim(read: _Folder, name: str, rows: Sequence[Mapping[str, str]]) -> Branch:
    """Why a claim was paid or not: its lines, the clause that refused it, its columns, and what the same person claimed."""
    record = read.telling.record("claim", name)
    below = []
    for row in rows:
        if row["state"] == "accepted":
            cuts = tuple(
                Branch(f"{read.money(amount)} was cut by the limit {_limit_words(read, limit)}", read.place(f"limits/{limit}"))
                for limit, amount in _cuts_of(row)
            )
            words = f"{read.line(row['line'])} pays {read.money(row['earned'])} for it, in the payment '{row['group']}'"
            below.append(Branch(words, read.place(f"outcome_pricings/{row['line']}"), cuts))
        else:
            verb = "waits" if row["state"] == "waiting" else "is not paid"
            below.append(Branch(f"it {verb}: {row['reason']}", read.place(row["clause"]) if row.get("clause") else ""))
            if row["line"]:
                below.append(Branch(f"it comes nearest to {read.line(row['line'])}", read.place(f"outcome_pricings/{row['line']}")))
    if record is not None:
        below.append(Branch(columns_of(record, "claim", without=("currency",))))
        below += _of_the_same_person(read, record)
    paid = sum((Decimal(row["paid"]) for row in rows), ZERO)
    state = f"brings {read.money(paid)}" if any(row["state"] == "accepted" for row in rows) else "brings nothing"
    return Branch(f"claim '{name}' {state}, as of {read.day(read.settlement['as_of'])}", "", tuple(below))


def _of_the_same_person(read: _Folder, record: Mapping[str, str]) -> list[Branch]:
    person = record.get("person")
    others = [
        row for row in read.telling.inputs.get("claims", ()) if person and row.get("person") == person and row["claim"] != record["claim"]
    ]
    if not others:
        return []
    names = {other["claim"] for other in others}
    state = {row["claim"]: row for row in read.claims() if row["claim"] in names}
    told = []
    for other in sorted(others, key=lambda row: (row["achieved_on"], row["claim"])):
        row = state.get(other["claim"], {})
        what = row.get("reason", "not decided")
        if row.get("state") == "accepted":
            what = f"{read.money(row['paid'])} by {read.line(row['line'])}" + (" after limits" if row["paid"] != row["earned"] else "")
        told.append(Branch(f"{other['achieved_on']} {other['metric']} ('{other['claim']}'): {what}"))
    return [Branch("other claims of the same person", "", tuple(told if read.every else told[:FEW]))]


def _assumptions(read: _Folder, row: Mapping[str, Any]) -> list[Branch]:
    """The assumed terms among the clauses that this payment was worked out by."""

    def paths(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        for step in steps:
            yield step["clause"]["path"]
            yield from paths(step.get("inputs", ()))

    used = {
        row["clause"]["path"],
        "rounding",
        *(f"limits/{limit['limit']}" for limit in row["limits"]),
        *paths(read.explanation["payments"][row["id"]]["steps"]),
    }
    rests = [
        item for item in read.settlement["assumptions"] if any(path == item["path"] or path.startswith(f"{item['path']}/") for path in used)
    ]
    if not rests:
        return []
    file = row["clause"]["file"]
    return [Branch("this rests on assumptions", "", tuple(Branch(item["why"], f"{file}:{item['line']} {item['path']}") for item in rests))]


def _repayment(read: _Folder, name: str) -> Branch:
    parts = []
    for flow in read.explanation["repayments"].get(name, ()):
        guarantee = flow["pays"] == "guarantee"
        path = f"{'guarantees' if guarantee else 'investor_repayment'}/{flow['step']}"
        words = "the guarantee makes good what was lost" if guarantee else read.explanation["steps"].get(flow["step"], flow["pays"])
        parts.append(
            Branch(f"{read.money(flow['amount'])} on {read.day(flow['on'])} by the step '{flow['step']}': {words}", read.place(path))
        )
    fed = tuple(
        Branch(f"{read.money(item['due'])} from {read.party(item['payer'])} for {read.line(item['line'])}, '{item['id']}'")
        for item in read.settlement["outcome_payments"]
        if Decimal(item["due"])
    )
    parts.append(Branch("what outcome payers owe in all runs through the steps from top to bottom", "", fed))
    row = next((row for row in read.settlement["investor_repayments"] if row["investment"] == name), None)
    if row is None:
        total = sum((Decimal(flow["amount"]) for flow in read.explanation["repayments"][name]), ZERO)
        return Branch(f"{read.money(total)} is for {read.party(name)}, as of {read.day(read.settlement['as_of'])}", "", tuple(parts))
    drawings = tuple(
        read.telling.evidence(f"transaction {record['transaction']}")
        for record in read.telling.inputs.get("transactions", ())
        if record["kind"] == "drawing" and record["from"] == row["investor"] and record.get("tranche") in (None, name, row["tranche"])
    )
    drawn = Branch(
        f"{read.money(row['drawn'])} was drawn of {read.money(row['committed'])} committed", read.place(f"investments/{name}"), drawings
    )
    loss = f", {read.money(row['loss'])} is not repaid" if Decimal(row["loss"]) else ", all that was drawn and more" if _more(row) else ""
    rate = f", {ENGLISH.share(Decimal(row['annual_return']))} a year" if row["annual_return"] is not None else ""
    words = (
        f"{read.money(row['repaid'])} comes back to {read.party(row['investor'])}{loss}{rate}, as of {read.day(read.settlement['as_of'])}"
    )
    before = [Branch(f"{read.money(row['repaid_before'])} of it was repaid before, {read.money(row['now'])} is to be repaid now")]
    return Branch(words, "", (drawn, *parts, *(before if Decimal(row["repaid_before"]) else [])))


def _more(row: Mapping[str, Any]) -> bool:
    return Decimal(row["repaid"]) > Decimal(row["drawn"]) > 0
