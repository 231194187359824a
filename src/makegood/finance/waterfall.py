"""The waterfall: money from outcome payers, in agreed steps, to those who put up capital and to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from makegood.cases.rows import Transaction
from makegood.programme.figure import Condition, Figure
from makegood.programme.money_terms import Investment, RepaymentStep
from makegood.programme.root import Programme
from makegood.programme.yaml_text import Place
from makegood.values.currency import minor_unit, rounded, split

ZERO = Decimal(0)
DAYS_A_YEAR = Decimal(365)


@dataclass(frozen=True)
class Answers:
    """What finance asks of the agreement, without learning how it is worked out."""

    money: Callable[[Figure, Place], Decimal]
    """An amount, in whole minor units."""
    rate: Callable[[Figure, Place], Decimal]
    """A share or a rate, exact."""
    hold: Callable[[Sequence[Condition], Place], bool]
    """Whether conditions hold; what is not known does not."""


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
    paid: list[tuple[date, Decimal, bool]] = field(default_factory=list)
    """(day, amount, whether it repaid principal)"""

    def drawn(self, day: date) -> Decimal:
        return sum((amount for on, amount in self.drawings if on <= day), ZERO)

    def flows(self) -> list[tuple[date, Decimal]]:
        """Drawings negative, all that came back positive, by day."""
        return sorted([(on, -amount) for on, amount in self.drawings] + [(on, amount) for on, amount, _ in self.paid])

    def needed(self, rate: Decimal, day: date) -> Decimal:
        """What is still owed on a day for all drawn capital to have earned a yearly rate, compounding by 365 days."""
        balance, last = ZERO, day
        for on in sorted({*(on for on, _ in self.drawings if on <= day), *(on for on, _, _ in self.paid), day}):
            balance *= (1 + rate) ** (Decimal(max((on - last).days, 0)) / DAYS_A_YEAR)
            balance += sum((amount for drawn_on, amount in self.drawings if drawn_on == on), ZERO)
            for paid_on, amount, _ in self.paid:
                if paid_on == on:
                    balance = max(balance - amount, ZERO)
            last = on
        return balance

    def accrued(self, rate: Decimal, day: date) -> Decimal:
        """Simple return until a day on capital while it was outstanding, by years of 365 days."""
        moves = [(on, amount) for on, amount in self.drawings if on <= day]
        moves += [(on, -amount) for on, amount, principal in self.paid if principal]
        return sum((amount * rate * Decimal((day - on).days) / DAYS_A_YEAR for on, amount in moves), ZERO)


@dataclass
class _Run:
    """One pass of receipts through the steps."""

    programme: Programme
    accounts: Mapping[str, _Account]
    ask: Answers
    unit: Decimal
    pools: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Line -> what it brought and no step took yet."""
    taken: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Step -> what it took so far."""


def run_waterfall(
    programme: Programme, *, receipts: Sequence[Receipt], transactions: Sequence[Transaction], as_of: date, ask: Answers
) -> Waterfall:
    """Pass receipts through the steps, day by day in order of date.

    Only drawings repay: commitment is what an investor promised, capital what was drawn. A step takes what it is
    owed from the lines that feed it; what no step takes waits for the next day. Guarantees are called on `as_of`.
    """
    accounts = _accounts(programme, transactions, as_of)
    run = _Run(programme, accounts, ask, minor_unit(programme.currency))
    made: list[Distribution] = []
    days = sorted({*(receipt.on for receipt in receipts), *(on for account in accounts.values() for on, _ in account.drawings), as_of})
    for day in days:
        for receipt in receipts:
            if receipt.on == day:
                run.pools[receipt.line] += receipt.amount
        for step, clause in programme.investor_repayment.items():
            if clause.from_ is None or day >= clause.from_:
                made += [Distribution(day, step, clause.pays, to, amount) for to, amount in _step(step, clause, day, run)]
    calls = _guarantees(run, as_of)
    repaid_before = _already_repaid(accounts, transactions, as_of, run.unit)
    repayments = tuple(
        Repayment(
            name, account.investment.investor, account.investment.tranche or name,
            ask.money(account.investment.committed, ("investments", name, "committed")), account.drawn(as_of),
            account.principal, account.returned, account.guaranteed, repaid_before[name], tuple(account.flows()),
        )
        for name, account in accounts.items()
    )  # fmt: skip
    return Waterfall(repayments, tuple(made), calls, sum(run.pools.values(), ZERO))


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
    return accounts


def _meant(to: Sequence[str], accounts: Mapping[str, _Account]) -> list[_Account]:
    return [
        account for account in accounts.values() if "investments" in to or account.name in to or (account.investment.tranche or "") in to
    ]


def _step(step: str, clause: RepaymentStep, day: date, run: _Run) -> list[tuple[str, Decimal]]:
    place: Place = ("investor_repayment", step)
    available = sum((amount for line, amount in run.pools.items() if not clause.from_lines or line in clause.from_lines), ZERO)
    if available > 0 and clause.at_most is not None:
        available = min(available, run.ask.money(clause.at_most, (*place, "at_most")) - run.taken[step])
    if available <= 0 or not run.ask.hold(clause.when, (*place, "when")):
        return []
    made: list[tuple[str, Decimal]] = []
    meant = _meant(clause.to, run.accounts)
    if clause.pays == "rest":
        shares = split(available, [part.share for part in clause.parts], run.unit)
        for part, amount in zip(clause.parts, shares, strict=True):
            made += _passed_to(part.to, amount, day, run)
    elif clause.pays == "amount" and clause.amount is not None:
        wanted = max(run.ask.money(clause.amount, (*place, "amount")) - run.taken[step], ZERO)
        made += _passed_to(clause.to[0], min(wanted, available), day, run)
    else:
        owed = [_owed(clause, account, day, place, run) for account in meant]
        total = sum(owed, ZERO)
        if total > 0:
            for account, amount in zip(meant, split(min(total, available), owed, run.unit), strict=True):
                made.append((account.name, amount))
                _pay(account, amount, day, principal=clause.pays == "principal")
    made = [(to, amount) for to, amount in made if amount > 0]
    paid = sum((amount for _, amount in made), ZERO)
    run.taken[step] += paid
    _draw(run.pools, clause.from_lines, paid)
    return made


def _owed(clause: RepaymentStep, account: _Account, day: date, place: Place, run: _Run) -> Decimal:
    outstanding = max(account.drawn(day) - account.principal, ZERO)
    if clause.pays == "principal":
        return outstanding
    if clause.in_all is not None:
        owed = run.ask.rate(clause.in_all, (*place, "in_all")) * account.drawn(day) - account.returned
    else:
        assert clause.annual is not None  # noqa: S101 - a return is either yearly or in all
        rate = run.ask.rate(clause.annual, (*place, "annual"))
        owed = account.needed(rate, day) - outstanding if clause.compounding else account.accrued(rate, day) - account.returned
    return max(rounded(owed, run.unit, run.programme.rounding.rule), ZERO)


def _pay(account: _Account, amount: Decimal, day: date, *, principal: bool) -> None:
    if principal:
        account.principal += amount
    else:
        account.returned += amount
    if amount:
        account.paid.append((day, amount, principal))


def _passed_to(to: str, amount: Decimal, day: date, run: _Run) -> list[tuple[str, Decimal]]:
    """An amount to a party, or to investments in proportion to what they drew, as return (nothing drawn: it waits)."""
    meant = _meant([to], run.accounts)
    weights = [account.drawn(day) for account in meant]
    if not meant:
        return [(to, amount)]
    if not any(weights):
        return []
    parts = split(amount, weights, run.unit)
    for account, part in zip(meant, parts, strict=True):
        _pay(account, part, day, principal=False)
    return [(account.name, part) for account, part in zip(meant, parts, strict=True)]


def _draw(pools: dict[str, Decimal], lines: Sequence[str], amount: Decimal) -> None:
    for line in list(pools):
        if (not lines or line in lines) and pools[line] > 0:
            part = min(pools[line], amount)
            pools[line] -= part
            amount -= part


def _guarantees(run: _Run, as_of: date) -> tuple[Distribution, ...]:
    calls = []
    for name, guarantee in run.programme.guarantees.items():
        if as_of < guarantee.called_from:
            continue
        covered = _meant(guarantee.covers, run.accounts)
        short = [max(account.drawn(as_of) - account.principal - account.guaranteed, ZERO) for account in covered]
        place: Place = ("guarantees", name)
        own = run.ask.money(guarantee.only_above, (*place, "only_above")) if guarantee.only_above is not None else ZERO
        loss = rounded(max(sum(short, ZERO) - own, ZERO) * guarantee.share, run.unit, run.programme.rounding.rule)
        amount = min(loss, run.ask.money(guarantee.at_most, (*place, "at_most")))
        if amount <= 0:
            continue
        for account, part in zip(covered, split(amount, short, run.unit), strict=True):
            account.guaranteed += part
            account.paid.append((as_of, part, False))
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
