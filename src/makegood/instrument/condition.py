"""Conditions of an XLSForm (`relevant`, `constraint`): the part of XPath that questionnaires use, parsed once.

Grammar: comparisons (`=`, `!=`, `<`, `<=`, `>`, `>=`) of `${item}`, `.`, texts, numbers; `and`, `or`, `not(…)`,
`selected(${item}, 'choice')`, `count-selected(…)`, `string-length(…)`, `regex(…, '…')`, `true()`, `false()`; in a
`constraint` also `today()`, the day on which the answer is given.
Anything else is refused when the form is read, never passed over when it is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

Answers = Mapping[str, str]
"""Item -> answer as text; several choices with a space between. An item without an answer is absent."""
Value = str | Decimal | bool | None
Meaning = Callable[[Answers, str], Value]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<item>\$\{\s*[\w.-]+\s*\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<mark><=|>=|!=|=|<|>|\(|\)|,|\+|-|\.)"
    r"|(?P<word>[a-z][a-z-]*))"
)
MAX_DEPTH = 40
TODAY = "today()"
"""Among the answers: the day on which they are given, in ISO. No item can be called so."""


@dataclass(frozen=True)
class Condition:
    """A condition as it is written, the items that it looks at, and what it means."""

    text: str
    items: tuple[str, ...]
    meaning: Meaning

    def holds(self, answers: Answers, own: str = "") -> bool:
        """Whether it holds for these answers; `own` is the answer that `.` stands for. What is not answered does not hold."""
        return _truth(self.meaning(answers, own))


def parse_condition(text: str, *, dated: bool = False) -> Condition:
    """Raises ValueError with what was found and what would do. `dated`: it may look at the day, so that `TODAY` must be given."""
    reader = _Reader(text, dated=dated)
    meaning = reader.either(0)
    if reader.token is not None:
        raise ValueError(f"'{reader.token[1]}' is not expected here; join two conditions by `and` or `or`")
    return Condition(text, tuple(dict.fromkeys(reader.items)), meaning)


class _Reader:
    """Tokens one by one, and the grammar as methods: each returns what its part means."""

    def __init__(self, text: str, *, dated: bool) -> None:
        self.dated = dated
        self.tokens = self._tokens(text)
        self.items: list[str] = []
        self.token = next(self.tokens, None)

    @staticmethod
    def _tokens(text: str) -> Iterator[tuple[str, str]]:
        place = 0
        text = text.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise ValueError(f"'{text[place : place + 12]}' cannot be read; write comparisons, `and`, `or`, `not()`, `selected()`")
            yield match.lastgroup, match[match.lastgroup]
            place = match.end()

    def next(self) -> tuple[str, str]:
        if self.token is None:
            raise ValueError("the condition breaks off; write what it compares with")
        token, self.token = self.token, next(self.tokens, None)
        return token

    def take(self, mark: str) -> None:
        found = self.next()
        if found[1] != mark:
            raise ValueError(f"'{found[1]}' stands where '{mark}' was expected")

    def at(self, *marks: str) -> bool:
        return self.token is not None and self.token[0] in ("mark", "word") and self.token[1] in marks

    def either(self, depth: int) -> Meaning:
        if depth > MAX_DEPTH:
            raise ValueError("the condition is nested too deeply; ask in two items")
        parts = [self.both(depth)]
        while self.at("or"):
            self.next()
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else lambda answers, own: any(_truth(part(answers, own)) for part in parts)

    def both(self, depth: int) -> Meaning:
        parts = [self.comparison(depth)]
        while self.at("and"):
            self.next()
            parts.append(self.comparison(depth))
        return parts[0] if len(parts) == 1 else lambda answers, own: all(_truth(part(answers, own)) for part in parts)

    def comparison(self, depth: int) -> Meaning:
        left = self.value(depth)
        if not self.at("=", "!=", "<", "<=", ">", ">="):
            return left
        compare = _COMPARE[self.next()[1]]
        right = self.value(depth)
        return lambda answers, own: compare(left(answers, own), right(answers, own))

    def value(self, depth: int) -> Meaning:
        kind, text = self.next()
        if kind == "number" or text == "-":
            number = Decimal(text) if kind == "number" else -Decimal(self.next()[1])
            return lambda _answers, _own: number
        if kind == "text":
            return lambda _answers, _own: text[1:-1]
        if kind == "item":
            name = text[2:-1].strip()
            self.items.append(name)
            return lambda answers, _own: answers.get(name)
        if text == ".":
            return lambda _answers, own: own or None
        if text == "(":
            inside = self.either(depth + 1)
            self.take(")")
            return inside
        if kind == "word":
            return self.call(text, depth)
        raise ValueError(f"'{text}' is not expected here")

    def call(self, name: str, depth: int) -> Meaning:
        if name == "today" and self.dated:
            self.take("(")
            self.take(")")
            return lambda answers, _own: answers.get(TODAY)
        if name not in _CALLS:
            raise ValueError(f"'{name}' is not known here; use one of {', '.join(f'{known}()' for known in sorted(_CALLS))}")
        count, meaning = _CALLS[name]
        self.take("(")
        given: list[Meaning] = []
        while not self.at(")"):
            given.append(self.either(depth + 1))
            if not self.at(")"):
                self.take(",")
        self.take(")")
        if len(given) != count:
            raise ValueError(f"{name}() takes {count} values, here are {len(given)}")
        return lambda answers, own: meaning([part(answers, own) for part in given])


def _truth(value: Value) -> bool:
    return value if isinstance(value, bool) else bool(value)


def _number(value: Value) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


def _equal(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        one, other = _number(left), _number(right)
        return one is not None and one == other
    return left == right


def _ordered(holds: Callable[[str | Decimal, str | Decimal], bool]) -> Callable[[Value, Value], bool]:
    def compare(left: Value, right: Value) -> bool:
        one, other = _number(left), _number(right)
        if one is not None and other is not None:
            return holds(one, other)
        return isinstance(left, str) and isinstance(right, str) and left != "" and right != "" and holds(left, right)

    return compare


_COMPARE: Mapping[str, Callable[[Value, Value], bool]] = {
    "=": _equal,
    "!=": lambda left, right: left is not None and right is not None and not _equal(left, right),
    "<": _ordered(lambda left, right: left < right),  # type: ignore[operator]
    "<=": _ordered(lambda left, right: left <= right),  # type: ignore[operator]
    ">": _ordered(lambda left, right: left > right),  # type: ignore[operator]
    ">=": _ordered(lambda left, right: left >= right),  # type: ignore[operator]
}
"""What is not answered is neither equal nor unequal to anything: nobody is sent down a branch by an empty answer."""


def _matches(values: Sequence[Value]) -> bool:
    try:
        return re.fullmatch(str(values[1] or ""), str(values[0] or "")) is not None
    except re.error:
        return False


_CALLS: Mapping[str, tuple[int, Callable[[Sequence[Value]], Value]]] = {
    "not": (1, lambda values: not _truth(values[0])),
    "selected": (2, lambda values: isinstance(values[0], str) and str(values[1]) in values[0].split()),
    "count-selected": (1, lambda values: Decimal(len(str(values[0] or "").split()))),
    "string-length": (1, lambda values: Decimal(len(str(values[0] or "")))),
    "regex": (2, _matches),
    "true": (0, lambda _values: True),
    "false": (0, lambda _values: False),
}
