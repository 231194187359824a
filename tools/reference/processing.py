"""docs/reference/processing.md: the register of processing, read from the file that the code keeps to."""

from __future__ import annotations

from collections.abc import Iterator

from makegood_portal.ledger.processing import After, Category, Register, Then, register

INTRODUCTION = """
# Register of processing

What the portal keeps of people, why, on what ground, how long, and who reads it. This page is made from
`src/makegood_portal/ledger/processing.yaml`. The code keeps to that file: a field that does not stand in it fails the
suite, `makegood db retain` (daily while the portal runs) erases and deletes by it, and the readers are those of
`ledger/access.py`. The legal grounds are those that the reference case would need; they are **no legal advice**, and each
controller must confirm them in its own register (GDPR, article 30).

Erasing deletes the values and destroys the key with which the person's values in history are encrypted. What remains
is a random pseudonym with steps, dates and codes.
""".strip()


def processing_page() -> str:
    """The page as text."""
    return "\n".join([INTRODUCTION, "", *_lines(register())]) + "\n"


def _lines(kept: Register) -> Iterator[str]:
    yield "| category | what | of whom | purpose | legal ground | kept | read by |"
    yield "|---|---|---|---|---|---|---|"
    for name, category in kept.categories.items():
        words = [name, category.what, category.of, category.purpose, category.ground, _kept(category), _readers(category)]
        yield "| " + " | ".join(word.replace("|", "\\|") for word in words) + " |"
    yield ""
    yield f"*Closed* means: left before a start, or started and {kept.closed_after_start_months} months past the start."
    yield ""
    yield "## Shared by consent"
    yield ""
    yield "| for | with | what | purpose | legal ground | lasts at most |"
    yield "|---|---|---|---|---|---|"
    for name, one in kept.sharing.items():
        yield f"| {name} | {one.with_kind} | {one.what} | {one.purpose} | {one.ground} | {one.months} months |"
    yield ""
    yield "## Field by field"
    for table, fields in kept.tables.items():
        yield ""
        yield f"### `{table}`"
        yield ""
        for kind in dict.fromkeys(fields.values()):
            yield f"- {kind}: " + ", ".join(f"`{field}`" for field, of in fields.items() if of == kind)
    yield ""
    yield "## Tables of libraries"
    yield ""
    yield "| table | category |"
    yield "|---|---|"
    for table, name in kept.others.items():
        yield f"| `{table}` | {name} |"


def _kept(category: Category) -> str:
    if category.after is After.NEVER:
        return f"no end: {category.why_kept}"
    months = f"{category.months} months after" if category.months else "until"
    of = {After.CLOSED: "the candidacy closed", After.LEFT: "the candidate left", After.RECORDED: "it was recorded"}[category.after]
    return f"{months} {of}, then {'erased' if category.then is Then.ERASE else 'deleted'}"


def _readers(category: Category) -> str:
    return ", ".join(category.readers) or "as the tables say"
