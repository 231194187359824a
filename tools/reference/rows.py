"""docs/reference/files.md: the columns of every file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from makegood.cases.quality import OUTCOMES
from makegood.cases.rows import Claim, Result, Transaction
from makegood.values import parsing
from tools.reference.words import said_of, words_under_fields

INTRODUCTION = """
# Files of facts, column by column

What happened comes in files; what was agreed stands in the [programme file](programme.md). A file is CSV (comma,
UTF-8, a header) or Parquet, chosen by its extension (`.csv`, `.parquet`, `.pq`). The first three tables on this page
are made from the engine itself.

- Columns marked **required** must be there and be filled in; the others may be absent or empty.
- A column that is not listed is refused: it may hold what matters, and nobody would read it.
- The order of columns and of rows does not count.
- Dates are written as 2016-05-01. A period is half-open: its end is the first day after it. Numbers have a point for
  decimals, no comma; `18%` is `0.18`.
- Every row has a name of its own in its first column; statements and refusals call it by that name.
""".strip()

WRITTEN = {parsing.number: "number", parsing.whole: "whole number", parsing.day: "date", parsing.text: "text", parsing.code: "code"}

FILES: list[tuple[str, type, str]] = [
    (
        "Results",
        Result,
        "`--results FILE` or `--effect FILE`. Which of several rows speaks: a row of the cohort asked for; where no cohort is "
        "asked for, the row `all`, else all rows, combined as the metric's `pools` says. Of two rows about the same thing the final "
        "one counts, then the one observed later; rows observed after the day of settlement do not count yet.",
    ),
    (
        "Claims",
        Claim,
        "`--claims FILE`. Claims are taken by `achieved_on`, then by the order of lines, then by name. A claim that is not paid "
        "is listed with its reason; a claim that lacks the evidence it must have makes the file unusable.",
    ),
    (
        "Transactions",
        Transaction,
        "`--transactions FILE`. Only `drawing` is capital; `commitment` is a promise and moves no money.",
    ),
]

DATED = """
## Dated records

The records from which `makegood measure` makes results: one row a person, a spell, an observation, or a time of
watching. They share the rules above. [How measurement works](../explanation/how-measurement-works.md) says what becomes
of them.

### People

| column | value | meaning |
|---|---|---|
| `person` **required** | text | The person's pseudonym. |
| `cohort` **required** | code | The cohort. |
| `arm` **required** | `programme` · `comparison` | Which group the person is in. |
| `index_date` **required** | date | From when the person is observed. |
| `class`, `payer`, `phase` | code | As in claims. |
| `engaged_on` | date | The day on which the person really took part. |
| `left_on` | date | The day on which the person left. |
| `pair` | code | Who is matched with whom. |
| `weight` | number | The person's weight in the comparison. |

### Spells

Spells of one person may overlap; their hours then add up.

| column | value | meaning |
|---|---|---|
| `spell` **required** | text | The spell's own name. |
| `person` **required** | text | Whose it is. |
| `kind` **required** | `employment` · `benefit` · `detention` · `housing` · `education` | What it is. |
| `start` **required** | date | Its first day. |
| `end` **required** | date, or empty | The first day after it; empty: it still runs. |
| `hours_per_week` | number | For employment: the hours. |
| `contract` | text | The contract it belongs to. |
| `source` | code | The register it comes from. |
| `certainty` | text | How sure it is. |
| `evidence` | text | The document that proves it. |

### Coverage

When a source was watching. Outside it a month is unknown, not zero. Without this file everything up to the day of
measurement counts as covered.

| column | value | meaning |
|---|---|---|
| `person` **required** | text | For whom. |
| `kind` **required** | as in spells | For which kind of spell. |
| `source` **required** | code | The register. |
| `start` **required** | date | The first day watched. |
| `end` **required** | date, or empty | The first day not watched. |

### Observations

| column | value | meaning |
|---|---|---|
| `observation` **required** | text | The observation's own name. |
| `subject` **required** | text | A person or a unit, such as a school. |
| `metric` **required** | code | What was observed. |
| `date` **required** | date | When. |
| `value` **required** | number | A score, an event (1), days, a count. |
| `unit`, `cohort`, `source` | text, code, code | As above. |
""".strip()


ODD = """
### What is odd in records, and what is done about it

Each of these is counted, and listed in `quality.csv` with file, line, record and person. The outcome is the same for
every engine. A row with several faults is listed under the first of them.

| code | what was found | what is done |
|---|---|---|
""".strip()


def files_page() -> str:
    """The page as Markdown. Raises where a column has no meaning."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield INTRODUCTION
    for title, kind, words in FILES:
        yield ""
        yield f"## {title}"
        yield ""
        yield f"{said_of(kind)} {words}"
        yield ""
        yield "| column | value | meaning |"
        yield "|---|---|---|"
        told = words_under_fields(kind)
        for column in dataclasses.fields(kind):
            if column.name == "where":
                continue
            if column.name not in told:
                raise LookupError(f"{kind.__name__}.{column.name} has no meaning under it")
            needed = " **required**" if column.metadata["required"] else ""
            yield f"| `{column.name.rstrip('_')}`{needed} | {_written(column.metadata['parse'])} | {told[column.name]} |"
    yield ""
    yield DATED
    yield ""
    yield ODD
    yield from (f"| `{code}` | {found} | {done} |" for code, (found, done) in OUTCOMES.items())


def _written(parse: Any) -> str:
    if parse in WRITTEN:
        return WRITTEN[parse]
    words = next(cell.cell_contents for cell in parse.__closure__ if isinstance(cell.cell_contents, tuple))
    return " · ".join(f"`{word}`" for word in words)
