"""A document as plain text for a terminal: the answer first, tables with columns that line up, no pictures and no trees."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from makegood.report.document import Answer, Article, Block, Document, Fold, Items, Line, Pairs, Paragraph, Picture, Table

WIDTH = 100
GAP = 2


def as_text(document: Document, *, without: Sequence[str] = (), last: Sequence[str] = ()) -> str:
    """The document in lines of at most 100 characters. `without`: sections left out; `last`: lines that follow all others."""
    parts = [*_head(document), *_answer(document.answer)]
    for section in document.sections:
        if section.name not in without:
            told = [row for block in section.blocks for row in _block(block, 2)]
            only_led_to_a_picture = all(isinstance(block, Paragraph | Picture) for block in section.blocks)
            if told and not (only_led_to_a_picture and any(isinstance(block, Picture) for block in section.blocks)):
                parts += ["", section.title, *told]
    return "\n".join([*parts, *(["", *last] if last else []), "", document.foot]) + "\n"


def _head(document: Document) -> Iterator[str]:
    yield from _wrapped(document.heading, 0)
    yield from _wrapped(document.kind, 0)
    if document.summary:
        yield from _wrapped(document.summary, 0)
    yield ""


def _answer(answer: Answer) -> Iterator[str]:
    yield f"{answer.label}: {answer.amount}"
    for row in answer.by:
        yield from _wrapped(_plain(row), 2)
    if answer.reasons:
        yield ""
        yield answer.why_title
        width = max(len(reason.amount) for reason in answer.reasons)
        for reason in answer.reasons:
            told = _wrapped(f"{reason.title}: {_plain(reason.why)}" if reason.why else reason.title, 0, width=WIDTH - width - GAP - 2)
            yield from (f"  {reason.amount if not index else '':>{width}}  {row}" for index, row in enumerate(told))
    for row in answer.more:
        yield from _wrapped(_plain(row), 2)
    if answer.rests:
        yield ""
        yield answer.rests_title
        for row in answer.rests:
            yield from _wrapped(_plain(row), 2, 4)


def _block(block: Block, indent: int) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield from _wrapped(_plain(block.line), indent)
    elif isinstance(block, Items):
        for row in block.lines:
            yield from _wrapped(f"- {_plain(row)}", indent, indent + 2)
    elif isinstance(block, Pairs):
        for name, what in block.pairs:
            if isinstance(what, Items):
                yield " " * indent + f"{name}:"
                yield from _block(what, indent + 2)
            else:
                yield from _wrapped(f"{name}: {_plain(what)}", indent, indent + 2)
    elif isinstance(block, Article):
        inner = [row for part in block.blocks for row in _block(part, indent + 2)]
        yield from [*_wrapped(block.title, indent), *inner] if inner else []
    elif isinstance(block, Fold):
        yield from (row for part in block.blocks for row in _block(part, indent))
    elif isinstance(block, Table):
        yield from _table(block, indent)


def _table(table: Table, indent: int) -> Iterator[str]:
    """The last columns to the right; those of words share what is left, and break over lines where they must."""
    heads = table.heads
    count, words = len(heads), len(heads) - table.numbers
    rows = [
        tuple(_cell(cell, narrow=index >= words) for index, cell in enumerate(row))
        for row in (*table.rows, *([table.total] if table.total else []))
    ]
    widths = [max(len(part) for part in (heads[index], *(line for row in rows for line in row[index]))) for index in range(count)]
    room = WIDTH - indent - sum(widths[words:]) - GAP * (count - 1)
    share = max(room // max(words, 1), 12)
    narrow = [index for index in range(words) if widths[index] > share]
    spare = room - sum(widths[index] for index in range(words) if index not in narrow)
    for index in narrow:
        widths[index] = max(min(widths[index], spare // len(narrow)), 12)
    yield _row([[head] for head in heads], widths, words, indent)[0]
    for number, row in enumerate(rows):
        if table.total and number == len(rows) - 1:
            yield " " * indent + "-" * min(sum(widths) + GAP * (count - 1), WIDTH - indent)
        cells = [
            [part for line in cell for part in (textwrap.wrap(line, widths[index], break_on_hyphens=False) or [""])]
            if index < words
            else list(cell)
            for index, cell in enumerate(row)
        ]
        yield from _row(cells, widths, words, indent)


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int], words: int, indent: int) -> list[str]:
    made = []
    for number in range(max((len(cell) for cell in cells), default=0)):
        parts = [cell[number] if number < len(cell) else "" for cell in cells]
        line = (" " * GAP).join(
            f"{part:<{width}}" if index < words else f"{part:>{width}}"
            for index, (part, width) in enumerate(zip(parts, widths, strict=True))
        )
        made.append((" " * indent + line).rstrip())
    return made


def _cell(line: Line, *, narrow: bool) -> list[str]:
    """A cell as lines: small words stand below; in a column of figures they break where the figure ends."""
    if not line:
        return [""]
    main = _spaced("".join(span.words for span in line if span.kind != "small"))
    small = [_spaced(span.words) for span in line if span.kind == "small"]
    width = max(len(main), 16)
    return [main, *(part for words in small for part in (textwrap.wrap(words, width, break_on_hyphens=False) if narrow else [words]))]


def _plain(line: Line) -> str:
    """A line's words; small ones in brackets."""
    text = ""
    for span in line:
        text += f" ({span.words})" if span.kind == "small" and text else span.words
    return _spaced(text)


def _spaced(words: str) -> str:
    return " ".join(words.replace("\u00a0", " ").replace("\u202f", " ").split())


def _wrapped(words: str, indent: int, hanging: int | None = None, *, width: int = WIDTH) -> list[str]:
    return textwrap.wrap(
        _spaced(words),
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
