"""A problem is a value: gathered while reading and checking, then reported together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Where:
    """The place of a problem.

    `file` is the file as the user named it, `line` counts from 1 (0: the file as a whole), `path` is the place
    inside it: `outcome_pricings/first_job/price` in a programme, a column name in a table.
    """

    file: str = ""
    line: int = 0
    path: str = ""

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line else "")
        return f"{place} {self.path}".strip()


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, where, why that matters and what would do.

    `code` is a stable short name (`unknown_key`), `severity` is `error` (the input cannot be used) or `warning`
    (it can, and the reader should know).
    """

    where: Where
    code: str
    what: str
    why: str = ""
    remedy: str = ""
    severity: str = field(default="error")

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}."]
        if self.why:
            parts.append(f"{self.why[0].upper()}{self.why[1:]}.")
        if self.remedy:
            parts.append(f"What would do: {self.remedy}.")
        return " ".join(" ".join(part.split()).replace("?.", "?").replace("..", ".") for part in parts)

    def as_json(self) -> dict[str, object]:
        """The problem as plain values for `--format json`."""
        return {
            "severity": self.severity,
            "code": self.code,
            "file": self.where.file,
            "line": self.where.line,
            "path": self.where.path,
            "what": self.what,
            "why": self.why,
            "remedy": self.remedy,
        }


class Refused(Exception):
    """Input that cannot be used. Carries every problem that was found, so that all are reported together."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those problems that make the input unusable."""
    return [problem for problem in problems if problem.severity == "error"]


def nearest(word: str, known: Iterable[str]) -> str:
    """The remedy for a misspelt word: the nearest known spelling, or all of them when none is near."""
    choices = sorted(set(known))
    if not choices:
        return "remove it"
    folded = {choice.lower().replace("-", "_"): choice for choice in choices}
    close = difflib.get_close_matches(word.lower().replace("-", "_"), list(folded), n=1, cutoff=0.6)
    if close:
        return f"did you mean '{folded[close[0]]}'?"
    shown = ", ".join(f"'{choice}'" for choice in choices[:12])
    return f"use one of {shown}" + (" …" if len(choices) > 12 else "")
