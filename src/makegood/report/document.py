"""A document before it has a form: sections of paragraphs, tables, lists and pictures, in one language.

The same document becomes a page (`document_html`) and a PDF (`document_pdf`), so that they cannot say different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from makegood.report.drawing import Drawing
    from makegood.report.language import Code
    from makegood.report.steps_in_words import Step

Kind = Literal["", "small", "strong", "code"]


@dataclass(frozen=True)
class Span:
    """Some words of a line. `lang`: their language where it is another; `to`: the section to which they lead."""

    words: str
    kind: Kind = ""
    lang: str | None = None
    to: str = ""


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """A line of spans; plain text becomes one, empty text none."""
    spans = (Span(part) if isinstance(part, str) else part for part in parts)
    return tuple(span for span in spans if span.words)


@dataclass(frozen=True)
class Paragraph:
    """Running text. `quiet`: an aside; `note`: what must not be overlooked."""

    line: Line
    kind: Literal["", "quiet", "note"] = ""


@dataclass(frozen=True)
class Table:
    """Rows under heads; the last `numbers` columns are figures. A caption that only repeats the heading is hidden."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    numbers: int
    total: tuple[Line, ...] = ()
    hide_caption: bool = False


@dataclass(frozen=True)
class Picture:
    """A chart with the meaning of its colours: (colour's name, words)."""

    drawing: Drawing
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Items:
    """A list; `ruled`: with lines between, for longer entries."""

    lines: tuple[Line, ...]
    ruled: bool = False


@dataclass(frozen=True)
class Article:
    """A part of a section under a heading of its own."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class StepTree:
    """How a figure came about, step below step."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Fold:
    """What a page folds away under a summary; on paper it stands open, or where it is an `annex` at the end under that title."""

    summary: str
    blocks: tuple[Block, ...]
    annex: str = ""


@dataclass(frozen=True)
class Pairs:
    """Terms and what they are."""

    pairs: tuple[tuple[str, Line | Items], ...]


Block = Paragraph | Table | Picture | Items | Article | StepTree | Fold | Pairs


@dataclass(frozen=True)
class Section:
    """A chapter with its name (an anchor) and title. A long table may break over pages anyway."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Reason:
    """A part of the answer: for what, why so much, how much."""

    title: str
    why: Line
    amount: str


@dataclass(frozen=True)
class Answer:
    """What anybody wants to know first: how much, by whom, why, what it rests on."""

    label: str
    amount: str
    by: tuple[Line, ...]
    why_title: str
    reasons: tuple[Reason, ...]
    more: tuple[Line, ...]
    rests_title: str
    rests: tuple[Line, ...]


@dataclass(frozen=True)
class Document:
    """A whole statement in one language."""

    language: Code
    title: str
    kind: str
    heading: str
    summary: str
    answer: Answer
    sections: tuple[Section, ...]
    contents: str
    foot: str
    page_of: str
    """`Page {n} of {total}` with the places of both numbers left open."""
    subject: str
    author: str
    day: str
    """ISO date of the document: the day of settlement, never today."""
