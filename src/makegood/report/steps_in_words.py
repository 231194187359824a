"""How a figure came about, in words of one language: each step a sentence with its sum and its clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from makegood.payment.node import Node
from makegood.programme.reading import Terms
from makegood.report.engine_sentences import edges_in_dutch, in_dutch
from makegood.report.language import Language
from makegood.values.parsing import money

Kind = Literal["money", "share", "plain"]
FEW = 8
SIGNS = {"sum": " + ", "difference": " − ", "product": " × ", "ratio": " ÷ "}
EDGES = {"at least": "minstens", "more than": "meer dan", "less than": "minder dan", "at most": "hoogstens"}
ROUNDING = {"half_up": "half upwards", "half_even": "half to even", "down": "downwards", "up": "upwards"}
_ROUNDED = re.compile(r"rounded to (\S+) \((\w+)\)")
_CODE = re.compile(r"'([\w-]+)'|\b(\w+_\w+)\b")
"""A code between quotes, or one that no sentence has by chance."""
_DECIMAL = re.compile(r"\d+(?:\.\d+)?")
_POINT = re.compile(r"(?<![\w.,])(\d+)\.(\d+)(?![\w.])")
_METRIC = re.compile(r"^(?:effect on |effect op )?([a-z]+)(?=: |$)")
"""A metric's code of one word, where a sentence of the engine begins with it."""
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")


@dataclass(frozen=True)
class Step:
    """One sentence, where its clause stands (`line 31`), what it rests on. `foreign`: the words are English."""

    words: str
    place: str
    below: tuple[Step, ...] = ()
    foreign: bool = False


class Telling:
    """Turns nodes into sentences for one statement; numbers are shown as money or shares where they are that."""

    def __init__(self, terms: Terms, language: Language) -> None:
        self.terms = terms
        self.language = language
        self.metrics = {name: language.title(metric.title) for name, metric in terms.programme.outcome_metrics.items()}
        self.lines = {name: language.title(pricing.title) for name, pricing in terms.programme.outcome_pricings.items()}
        self.figures = {name: language.title(figure.title) or name.replace("_", " ") for name, figure in terms.programme.figures.items()}

    def steps(self, nodes: Sequence[Node]) -> tuple[Step, ...]:
        """The steps of one payment. What is told once is not told again in full."""
        told: set[tuple[str, str]] = set()
        return tuple(self._step(node, told) for node in nodes)

    def value(self, node: Node) -> str:
        """A node's value for people, by its kind."""
        if node.value is None:
            return self.language.say("unknown")
        return self.amount(node.value, self.kind(node))

    def step_edges(self, node: Node) -> str:
        """The edges of a step in words, as its figure is written: `less than 8.5%`."""
        edges = node.what.removeprefix("step for ")
        if self.kind(node.inputs[0]) == "share":
            edges = _DECIMAL.sub(lambda found: self.language.share(Decimal(found[0])), edges)
        else:
            edges = _DECIMAL.sub(lambda found: self.language.number(Decimal(found[0])), edges)
        return edges_in_dutch(edges) if self.language.code == "nl" else edges

    def called(self, node: Node) -> str:
        """What a figure is called: its title, or what it is, in words."""
        return self.name_of(node) or self.sentence(node.what)[0]

    def edge(self, edge: Node, figure: Node) -> str:
        """An edge as the figure that is held against it is written: 0.075 beside 9% is 7.5%."""
        kind = self.kind(edge)
        alike = kind == "plain" and self.kind(figure) == "share" and edge.value is not None and abs(edge.value) <= 2
        return self.amount(edge.value, "share") if alike and edge.value is not None else self.value(edge)

    def amount(self, value: Decimal, kind: Kind) -> str:
        """A value as money, share or number."""
        if kind == "money" and value == value.quantize(Decimal("0.0001")):
            return self.language.money(value, self.terms.programme.currency)
        if kind == "money":
            return "≈\u00a0" + self.language.money(value.quantize(Decimal("0.01")), self.terms.programme.currency)
        return self.language.share(value) if kind == "share" else self.language.number(value)

    def kind(self, node: Node) -> Kind:
        """Whether a value is money, a share or a plain number, from how it was formed and how the file writes it."""
        kinds = [self.kind(inner) for inner in node.inputs]
        if node.how == "number":
            return self._as_written(node)
        if node.how == "ratio":
            if kinds == ["money", "plain"]:
                return "money"
            return "share" if node.value is not None and kinds[0] == kinds[1] and 0 < abs(node.value) < 2 and node.value != 1 else "plain"
        if node.how == "product":
            return "money" if "money" in kinds else "share" if kinds and set(kinds) == {"share"} else "plain"
        if node.how in ("table",):
            return kinds[-1] if kinds else "plain"
        if node.how in ("named", "part", "bound", "round", "sum", "difference", "least", "greatest"):
            return "money" if "money" in kinds else "share" if "share" in kinds else "plain"
        if node.what.startswith(("earned by", "less what was earned", "committed")) or " until " in node.what:
            return "money"
        if node.what.startswith("effect on") or node.what.endswith((": measured", ": value", ": reported", ": comparison")):
            return self._of_metric(node)
        if node.what.startswith("for ") and node.inputs:
            return kinds[0]
        if node.what.startswith("share of ") and node.value is not None and 0 <= node.value <= 1:
            return "share"
        return "plain"

    def sentence(self, english: str) -> tuple[str, bool]:
        """A sentence of the engine in this language, dates in words; True where it stayed English in a Dutch text."""
        dutch = in_dutch(english) if self.language.code == "nl" else english
        return self._named(dutch if dutch is not None else english), dutch is None

    def _step(self, node: Node, told: set[tuple[str, str]]) -> Step:
        title, node = self._inward(node)
        place = self.language.say("line_of", n=node.where.line) if node.where.line else ""
        words, foreign = self._words(title, node)
        if node.note:
            note, note_foreign = self.sentence(node.note)
            words, foreign = f"{words} ({note})", foreign or note_foreign
        key = (node.where.path, words)
        if key in told:
            return Step(words, place, foreign=foreign)
        told.add(key)
        below = [self._step(inner, told) for inner in node.inputs if not (inner.how == "number" and inner.what == "agreed")]
        if node.evidence:
            shown = ", ".join(self._evidence(name) for name in node.evidence[:FEW])
            more = f" + {len(node.evidence) - FEW}" if len(node.evidence) > FEW else ""
            below.append(Step(shown + more, ""))
        return Step(words, place, tuple(below), foreign)

    def _words(self, title: str, node: Node) -> tuple[str, bool]:
        nl = self.language.code == "nl"
        value, inputs = self.value(node), node.inputs
        equals = value if value.startswith("≈") else f"= {value}"
        if node.how in SIGNS and inputs:
            name = title or {"sum": "som" if nl else "sum", "product": "product", "ratio": "verhouding" if nl else "ratio"}.get(
                node.how, "verschil" if nl else "difference"
            )
            return f"{name} = {SIGNS[node.how].join(self.value(inner) for inner in inputs)} {equals}", False
        if node.how in ("least", "greatest"):
            which = {"least": ("the smaller of", "het kleinste van"), "greatest": ("the greater of", "het grootste van")}[node.how][nl]
            of = (" of " if nl else " or ").join(self.value(inner) for inner in inputs)
            return f"{title or ('het cijfer' if nl else 'the figure')} = {which} {of} {equals}", False
        name = title or ("het cijfer" if nl else "the figure")
        if node.how == "round":
            rule, foreign = self.sentence(_ROUNDED.sub(lambda found: f"rounded to {found[1]} ({ROUNDING[found[2]]})", node.what))
            return f"{name} = {self.value(inputs[0])}, {rule} {equals}", foreign
        if node.how == "bound":
            bound = EDGES.get(node.what, "alleen wat erboven ligt:") if nl else node.what
            instead = "in plaats van" if nl else "instead of"
            return f"{name} {equals}: {bound} {self.value(inputs[1])}, {instead} {self.value(inputs[0])}", False
        if node.how == "condition" and inputs:
            edges = re.findall("|".join(EDGES), node.what)
            held = bool(node.value)
            verb = ("is" if held else "is niet") if nl else ("is" if held else "is not")
            joint = " en " if nl else " and "
            parts = [f"{EDGES[word] if nl else word} {self.edge(inner, inputs[0])}" for word, inner in zip(edges, inputs[1:], strict=False)]
            start = "voorwaarde" if nl else "condition"
            return f"{start}: {self.value(inputs[0])} {verb} {joint.join(parts)}", False
        told, foreign = self.sentence(node.what)
        if title and (node.how == "number" or node.what == "agreed"):
            return f"{title} {equals}", False
        if node.how == "number" and node.what == "agreed":
            return f"{told} {equals}", foreign
        return f"{title} {equals} ({told})" if title else f"{told} {equals}", foreign

    def _inward(self, node: Node) -> tuple[str, Node]:
        """Past names, and past bounds and roundings that change nothing, to the step that says something."""
        title = ""
        while node.inputs:
            if node.how == "part":
                title = {"counted": ("counted", "geteld"), "price": ("price", "prijs")}.get(node.what, (node.what, node.what))[
                    self.language.code == "nl"
                ]
            elif node.how == "named":
                name = self._figure(node)
                title = f"{title}: {name}" if title in ("counted", "price", "geteld", "prijs") else title or name
            elif not (node.how in ("bound", "round") and node.value == node.inputs[0].value):
                return title, node
            node = node.inputs[0]
        return title, node

    def name_of(self, node: Node) -> str:
        """What the terms call a figure; empty where they give it no name."""
        while node.inputs:
            if node.how == "named":
                return self._figure(node)
            if node.how not in ("part", "bound", "round", "least", "greatest"):
                return ""
            node = node.inputs[0]
        return ""

    def _figure(self, node: Node) -> str:
        """A named figure's title in this language: the node itself carries the English one."""
        inner = node.inputs[0].where.path.split("/") if node.inputs else []
        title = self.figures.get(inner[1], node.what) if inner[:1] == ["figures"] and len(inner) > 1 else node.what
        return title[:1].upper() + title[1:]

    def _evidence(self, name: str) -> str:
        kind, _, identity = name.partition(" ")
        nl = {"result": "uitkomst", "claim": "declaratie", "transaction": "transactie", "line": "regel"}
        return f"{nl.get(kind, kind) if self.language.code == 'nl' else kind} {identity}"

    def _named(self, words: str) -> str:
        """Codes of metrics and lines as their titles, ISO dates as dates, sums of money as they are written here."""
        words = _CODE.sub(lambda found: self._titled(found[1] or found[2], found[0]), words)
        words = _METRIC.sub(
            lambda found: found[0].replace(found[1], f"“{self.metrics[found[1]]}”") if found[1] in self.metrics else found[0], words
        )
        words = _ISO.sub(lambda found: self._date(found[0]), words)
        return _POINT.sub(r"\1,\2", words) if self.language.code == "nl" else words

    def _titled(self, code: str, written: str) -> str:
        """A code as people call it: lines, metrics and moments of settlement in quotes, parties by name."""
        programme = self.terms.programme
        title = self.lines.get(code) or self.metrics.get(code)
        group = {**programme.classes, **programme.phases}.get(code) or (
            programme.cohorts[code].title if code in programme.cohorts else None
        )
        if not title and group is not None:
            title = self.language.title(group)
        if not title and code in programme.outcome_payment_plan.settlements:
            title = self.language.title(programme.outcome_payment_plan.settlements[code].title)
        if title:
            return f"“{title}”"
        return programme.parties[code].name if code in programme.parties else written

    def _date(self, iso: str) -> str:
        try:
            return self.language.day(date.fromisoformat(iso))
        except ValueError:
            return iso

    def _of_metric(self, node: Node) -> Kind:
        name = node.what.removeprefix("effect on ").split(":")[0]
        metric = self.terms.programme.outcome_metrics.get(name)
        form = metric.effect.form if metric and metric.effect and node.what.startswith("effect on") else ""
        if form in ("points", "relative", "ratio"):
            return "share"
        unit = metric.unit.lower() if metric else ""
        return "share" if "share" in unit or "%" in unit or unit.startswith("percent") else "money" if unit in ("money",) else "plain"

    def _as_written(self, node: Node) -> Kind:
        """As the clause writes it: `18%` is a share, `EUR 6 100` money."""
        found: Any = self.terms.text.data
        for step in node.where.path.split("/"):
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
        if not isinstance(found, str):
            return "plain"
        if found.rstrip().endswith("%"):
            return "share"
        try:
            return "money" if money(found) else "plain"
        except ValueError:
            return "plain"
