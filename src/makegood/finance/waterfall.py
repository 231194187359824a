"""The waterfall: money from outcome payers, in agreed steps, to those who put up capital and to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from makegood.cases.rows import Transaction
from makegood.programme.figure import Figure
from makegood.programme.money_terms import Guarantee, Investment, RepaymentStep
from makegood.programme.root import Programme
from makegood.programme.yaml_text import Place
from makegood.values.currency import minor_unit, split

ZERO = Decimal(0)
DAYS_A_YEAR = Decimal(365)
Evaluate = Callable[[Figure, Place], Decimal]
"""Works out a figure of the agreement; finance never learns how."""


@dataclass(frozen=True)
class Receipt:
    """Money from outcome payers that reaches the contract on a day, by the line that earned it."""

    on: date
    line: str
    amount: Decimal


@dataclass(frozen=True)
class Distribution:
    """Money that one step of the waterfall passes on."""

    on: date
    step: str
    pays: str
    to: str
    amount: Decimal


@dataclass(frozen=True)
class Repayment:
    """How one investment stands: `loss` is drawn capital that neither payments nor a guarantee made good."""

    investment: str
    investor: str
    tranche: str
    committed: Decimal
    drawn: Decimal
    principal: Decimal
    returned: Decimal
    guaranteed: Decimal
    repaid_before: Decimal
    flows: tuple[tuple[date, Decimal], ...]

    @property
    def repaid(self) -> Decimal:
        """All that came back: principal, return and guarantee."""
        return self.principal + self.returned + self.guaranteed

    @property
    def loss(self) -> Decimal:
        """Drawn capital that did not come back."""
        return max(self.drawn - self.repaid, ZERO)

    @property
    def now(self) -> Decimal:
        """What is now to be repaid, net of repayments already made."""
        return self.repaid - self.repaid_before


@dataclass
class Waterfall:
    """The outcome of all steps on all days: repayments, what others receive, what no step took."""

    repayments: tuple[Repayment, ...]
    distributions: tuple[Distribution, ...]
    guarantee_calls: tuple[Distribution, ...]
    undistributed: Decimal


@dataclass
class _Account:
    """One investment while the waterfall runs."""

    name: str
    investment: Investment
    drawings: list[tuple[date, Decimal]]
    principal: Decimal = ZERO
    returned: Decimal = ZERO
    guaranteed: Decimal = ZERO
    flows: list[tuple[date, Decimal]] = field(default_factory=list)

    def drawn(self, day: date) -> Decimal:
        return sum((amount for on, amount in self.drawings if on <= day), ZERO)


@dataclass
class _Hurdle:
    """What an investment must have received by a day to have earned a yearly rate: grows by time, falls by payment."""

    rate: Decimal
    compounding: bool
    balance: Decimal = ZERO
    accrued: Decimal = ZERO
    day: date | None = None

    def move_to(self, day: date, outstanding: Decimal) -> None:
        """Let time pass: compounding on the whole balance by year of 365 days, or simple on outstanding principal."""
        years = Decimal((day - self.day).days) / DAYS_A_YEAR if self.day is not None else ZERO
        if self.compounding:
            self.balance *= (1 + self.rate) ** years
        else:
            self.accrued += outstanding * self.rate * years
        self.day = day


def run_waterfall(
    programme: Programme, *, receipts: Sequence[Receipt], transactions: Sequence[Transaction], as_of: date, evaluate: Evaluate
) -> Waterfall:
    """Pass receipts through the steps, day by day in order of date.

    Only drawings repay: commitment is what an investor promised, capital what was drawn. A step takes what it is
    owed from the lines that feed it; what no step takes waits for the next day. Guarantees are called on `as_of`.
    """
    unit = minor_unit(programme.currency)
    accounts = _accounts(programme, transactions, as_of)
    hurdles = {
        (step, name): _Hurdle(clause.annual, clause.compounding)
        for step, clause in programme.investor_repayment.items()
        if clause.annual is not None
        for name in accounts
    }
    pools: dict[str, Decimal] = defaultdict(Decimal)
    taken: dict[str, Decimal] = defaultdict(Decimal)
    made: list[Distribution] = []
    days = sorted({*(receipt.on for receipt in receipts), *(on for account in accounts.values() for on, _ in account.drawings), as_of})
    for day in days:
        for (step, name), hurdle in hurdles.items():
            account = accounts[name]
            outstanding = sum((amount for on, amount in account.drawings if on < day), ZERO) - account.principal
            hurdle.move_to(day, outstanding)
            hurdle.balance += sum((amount for on, amount in account.drawings if on == day), ZERO)
            _ = step
        for receipt in receipts:
            if receipt.on == day:
                pools[receipt.line] += receipt.amount
        for step, clause in programme.investor_repayment.items():
            if clause.from_ is not None and day < clause.from_:
                continue
            for to, amount in _step(step, clause, day, accounts, hurdles, pools, taken, evaluate, unit):
                made.append(Distribution(day, step, clause.pays, to, amount))
    calls = _guarantees(programme.guarantees, accounts, as_of, evaluate, unit)
    repaid_before = _already_repaid(accounts, transactions, as_of, unit)
    repayments = tuple(
        Repayment(
            name, account.investment.investor, account.investment.tranche or name,
            evaluate(account.investment.committed, ("investments", name, "committed")), account.drawn(as_of),
            account.principal, account.returned, account.guaranteed, repaid_before[name], tuple(account.flows),
        )
        for name, account in accounts.items()
    )  # fmt: skip
    return Waterfall(repayments, tuple(made), calls, sum(pools.values(), ZERO))


def _accounts(programme: Programme, transactions: Sequence[Transaction], as_of: date) -> dict[str, _Account]:
    """Drawings go to the investment of that investor and tranche; several of one investor share by commitment order."""
    accounts = {name: _Account(name, investment, []) for name, investment in programme.investments.items()}
    for row in sorted(transactions, key=lambda row: (row.date, row.transaction)):
        if row.kind != "drawing" or row.date > as_of:
            continue
        own = [account for account in accounts.values() if account.investment.investor == row.from_]
        named = [account for account in own if row.tranche in (account.name, account.investment.tranche)]
        for account in (named or own)[:1]:
            account.drawings.append((row.date, row.amount))
            account.flows.append((row.date, -row.amount))
    return accounts


def _meant(to: Sequence[str], accounts: Mapping[str, _Account]) -> list[_Account]:
    return [
        account for account in accounts.values() if "investments" in to or account.name in to or (account.investment.tranche or "") in to
    ]


def _step(
    step: str, clause: RepaymentStep, day: date, accounts: Mapping[str, _Account], hurdles: Mapping[tuple[str, str], _Hurdle],
    pools: dict[str, Decimal], taken: dict[str, Decimal], evaluate: Evaluate, unit: Decimal,
) -> list[tuple[str, Decimal]]:  # fmt: skip
    available = max(sum((amount for line, amount in pools.items() if not clause.from_lines or line in clause.from_lines), ZERO), ZERO)
    if clause.at_most is not None:
        available = min(available, max(evaluate(clause.at_most, ("investor_repayment", step, "at_most")) - taken[step], ZERO))
    if available <= 0:
        return []
    made: list[tuple[str, Decimal]] = []
    meant = _meant(clause.to, accounts)
    if clause.pays == "rest":
        shares = split(available, [part.share for part in clause.parts], unit)
        for part, amount in zip(clause.parts, shares, strict=True):
            made += _rest(part.to, amount, day, accounts, unit)
    elif clause.pays == "amount" and clause.amount is not None:
        wanted = max(evaluate(clause.amount, ("investor_repayment", step, "amount")) - taken[step], ZERO)
        made.append((clause.to[0], min(wanted, available)))
    else:
        owed = [_owed(step, clause, account, day, hurdles, unit) for account in meant]
        total = sum(owed, ZERO)
        if total > 0:
            for account, amount in zip(meant, split(min(total, available), owed, unit), strict=True):
                made.append((account.name, amount))
                _pay(account, amount, day, as_return=clause.pays == "return")
    for to, amount in made:
        for (_, name), hurdle in hurdles.items():
            if name == to:
                hurdle.balance = max(hurdle.balance - amount, ZERO)
    made = [(to, amount) for to, amount in made if amount > 0]
    paid = sum((amount for _, amount in made), ZERO)
    taken[step] += paid
    _draw(pools, clause.from_lines, paid)
    return made


def _owed(
    step: str, clause: RepaymentStep, account: _Account, day: date, hurdles: Mapping[tuple[str, str], _Hurdle], unit: Decimal
) -> Decimal:
    if clause.pays == "principal":
        return max(account.drawn(day) - account.principal, ZERO)
    if clause.in_all is not None:
        owed = clause.in_all * account.drawn(day) - account.returned
    elif clause.compounding:
        owed = hurdles[step, account.name].balance - max(account.drawn(day) - account.principal, ZERO)
    else:
        owed = hurdles[step, account.name].accrued - account.returned
    return max((owed / unit).quantize(Decimal(1)) * unit, ZERO)


def _pay(account: _Account, amount: Decimal, day: date, *, as_return: bool) -> None:
    if as_return:
        account.returned += amount
    else:
        account.principal += amount
    if amount:
        account.flows.append((day, amount))


def _rest(to: str, amount: Decimal, day: date, accounts: Mapping[str, _Account], unit: Decimal) -> list[tuple[str, Decimal]]:
    """The rest to a party, or to investments in proportion to what they drew, as return."""
    meant = _meant([to], accounts)
    weights = [account.drawn(day) for account in meant]
    if not meant or not any(weights):
        return [(to, amount)]
    parts = split(amount, weights, unit)
    for account, part in zip(meant, parts, strict=True):
        _pay(account, part, day, as_return=True)
    return [(account.name, part) for account, part in zip(meant, parts, strict=True)]


def _draw(pools: dict[str, Decimal], lines: Sequence[str], amount: Decimal) -> None:
    for line in list(pools):
        if (not lines or line in lines) and pools[line] > 0:
            part = min(pools[line], amount)
            pools[line] -= part
            amount -= part


def _guarantees(
    guarantees: Mapping[str, Guarantee], accounts: Mapping[str, _Account], as_of: date, evaluate: Evaluate, unit: Decimal
) -> tuple[Distribution, ...]:
    calls = []
    for name, guarantee in guarantees.items():
        covered = _meant(guarantee.covers, accounts)
        short = [max(account.drawn(as_of) - account.principal - account.guaranteed, ZERO) for account in covered]
        ceiling = evaluate(guarantee.at_most, ("guarantees", name, "at_most"))
        amount = min(sum(short, ZERO), ceiling)
        if as_of < guarantee.called_from or amount <= 0:
            continue
        for account, part in zip(covered, split(amount, short, unit), strict=True):
            account.guaranteed += part
            account.flows.append((as_of, part))
            calls.append(Distribution(as_of, name, "guarantee", account.name, part))
    return tuple(calls)


def _already_repaid(
    accounts: Mapping[str, _Account], transactions: Sequence[Transaction], as_of: date, unit: Decimal
) -> dict[str, Decimal]:
    before: dict[str, Decimal] = defaultdict(Decimal)
    for row in transactions:
        if row.kind == "repayment" and row.date <= as_of:
            own = [
                account
                for account in accounts.values()
                if account.investment.investor == row.to and row.tranche in (None, account.name, account.investment.tranche)
            ]
            for account, part in zip(
                own, split(row.amount, [account.drawn(as_of) or unit for account in own], unit) if own else [], strict=True
            ):
                before[account.name] += part
    return before
