"""How a comparison is spoken of in one language: numbers, levels, differences, and the names of outcomes and traits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from makegood.report.comparison_phrases import COMPARISON
from makegood.report.language import CODES, Language

LEAST_P = Decimal("0.000001")


@dataclass(frozen=True)
class Voice:
    """A language and the terms of a protocol (`comparison.effect_release.terms_told`). Figures come as decimal text."""

    language: Language
    terms: Mapping[str, Any]

    def say(self, key: str, /, **values: object) -> str:
        """A phrase with its blanks filled in."""
        return COMPARISON[key][CODES.index(self.language.code)].format(**values)

    def number(self, figure: str | None) -> str:
        """A figure as people write it, a middle dot where it is not known or may not be shown."""
        return "·" if figure is None else self.language.number(Decimal(figure))

    def share(self, figure: str | None) -> str:
        """A share as a percentage."""
        return "·" if figure is None else self.language.share(Decimal(figure))

    def percent(self, share: Decimal) -> str:
        """A share in whole per cents, for a rough figure."""
        return f"{round(share * 100):d}%"

    def p(self, figure: str | None) -> str:
        """A p-value; a very small one as less than a millionth."""
        if figure is None:
            return self.say("p_unknown")
        return f"< {self.language.number(LEAST_P, 6)}" if Decimal(figure) < LEAST_P else self.language.number(Decimal(figure))

    @property
    def confidence(self) -> str:
        """The level of the intervals."""
        return self.share(self.terms["confidence"])

    def is_share(self, metric: str) -> bool:
        """Whether an outcome is a share of persons."""
        return bool(self.terms["outcomes"][metric]["value"] == "share")

    def fixed(self, figure: str | None, places: int = 2) -> str:
        """A figure with so many decimals, for columns and pictures."""
        return "·" if figure is None else self._fixed(Decimal(figure), places)

    def level(self, metric: str, figure: str | None, *, exact: bool = False) -> str:
        """A level of an outcome, rounded for a sentence unless it must be `exact`."""
        if figure is None:
            return "·"
        if self.is_share(metric):
            share = Decimal(figure) * 100
            return f"{self.language.number(share if exact else round(share, 1), 6)}%"
        return self.language.number(Decimal(figure) if exact else round(Decimal(figure), 2), 6)

    def difference(self, metric: str, figure: str | None, *, signed: bool = False, exact: bool = False) -> str:
        """A difference between two levels; of shares in percentage points. Rounded for a sentence unless `exact`."""
        if figure is None:
            return "·"
        plus = "+" if signed and Decimal(figure) > 0 else ""
        plain = self.end(metric, figure, exact=exact)
        return plus + (self.say("points", n=plain) if self.is_share(metric) else plain)

    def end(self, metric: str, figure: str | None, *, exact: bool = False) -> str:
        """The lower end of an interval, whose unit follows with the upper one."""
        if figure is None:
            return "·"
        value, places = (Decimal(figure) * 100, 1) if self.is_share(metric) else (Decimal(figure), 2)
        return self.language.number(value if exact else round(value, places), 6)

    def outcome(self, metric: str) -> str:
        """What people call an outcome."""
        return self._title(self.terms["outcomes"].get(metric, {}).get("title"), metric)

    def trait(self, name: str) -> str:
        """What people call a trait or one of its levels (`offence_type[sexual]`)."""
        if name == "propensity score":
            return self.say("score")
        variable, _, level = name.partition("[")
        title = self._title(self.terms["variables"].get(variable, {}).get("title"), variable)
        return f"{title}: {level.rstrip(']').replace('_', ' ')}" if level else title

    def basis(self, name: str) -> str:
        """All who were selected, or those who started."""
        return self.say(name)

    def subject(self, finding: Mapping[str, Any]) -> str:
        """What a finding is about: the outcome, and whose where there are cohorts."""
        whom = self._whom(finding)
        return self.outcome(finding["metric"]) + (f", {whom}" if whom else "")

    def group(self, finding: Mapping[str, Any]) -> str:
        """Whose finding it is: on which basis, of which cohort where there are any."""
        words = ", ".join(part for part in (self.basis(finding["basis"]), self._whom(finding)) if part)
        return words[:1].upper() + words[1:]

    def _whom(self, finding: Mapping[str, Any]) -> str:
        if finding["cohort"] != "all":
            return self.say("cohort", name=finding["cohort"])
        return self.say("everybody") if self.terms["cohorts"] else ""

    def name(self) -> str:
        """What people call the protocol: its title, else its code."""
        return self.words(self.terms["title"]) or str(self.terms["protocol"])

    def words(self, given: Mapping[str, str] | None) -> str:
        """A text of the protocol in this language, in English where it has no other."""
        return "" if given is None else given.get(self.language.code) or given["en"]

    def _title(self, given: Mapping[str, str] | None, name: str) -> str:
        return self.words(given) or name[:1].upper() + name[1:].replace("_", " ")

    def _fixed(self, value: Decimal, places: int) -> str:
        text = f"{value:,.{places}f}".replace("-", "−")
        text = text.lstrip("−") if not any(digit in "123456789" for digit in text) else text
        return text if self.language.code == "en" else text.translate(str.maketrans(",.", ".,"))
