"""docs/reference/protocol.md: every word of the evaluation protocol, with the one that ships as the example."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from makegood.comparison.protocol import Protocol
from makegood.comparison.protocol_terms import NumberOrNone
from makegood.programme.term import InTwoLanguages, Term
from tools.reference.language import usual_word
from tools.reference.shape import hints, kind_of_value, own_fields, terms_in
from tools.reference.words import said_of, words_under_fields

EXAMPLE = Path(__file__).parents[2] / "programmes" / "werk-na-detentie" / "protocol.yaml"
INTRODUCTION = """
# The evaluation protocol, word by word

A protocol is one YAML file that says who is compared with whom, how the effect is computed and what may leave the
closed environment: everything that could otherwise be chosen after outcomes were seen. `makegood protocol lock` freezes it
under its SHA-256, `makegood compare` carries it out, `makegood settle --effect` takes only results that were made under the
one that the [programme file](programme.md) pins (`protocol_sha256`).

This page is made from the engine itself: what stands here is what is read. **What is not said is not fixed**, so words
that change an answer have no usual value and must be written. Values are written as in the
[programme file](programme.md); a word that is not on this page is an error, with the nearest word that is. The hash is that
of the file's bytes, as `sha256sum` prints it: a comment or another line end is another protocol.

`makegood protocol draft PROGRAMME --treated FILE --pool FILE --out protocol.yaml` writes one to begin with. How it is
used: [compare](../how-to/compare.md), [in a closed environment](../how-to/closed-environment.md),
[as with MatchIt](../how-to/match-like-matchit.md). Why it works as it does: [how comparison
works](../explanation/how-comparison-works.md).
""".strip()


def protocol_page() -> str:
    """The page as Markdown. Raises where a word has no meaning under it."""
    return "\n".join(_page()).replace("\n\n\n", "\n\n") + "\n"


@cache
def protocol_terms() -> tuple[type[BaseModel], ...]:
    """Every term of a protocol, in the order in which a reader meets them."""
    found: list[type[BaseModel]] = []

    def visit(kind: type[BaseModel]) -> None:
        if kind not in found and kind is not InTwoLanguages:
            found.append(kind)
            for hint in hints(kind).values():
                for inner in terms_in(hint):
                    visit(inner)

    visit(Protocol)
    return tuple(found)


def _page() -> Iterator[str]:
    yield INTRODUCTION
    yield ""
    yield (
        "**Contents:** "
        + " · ".join(f"[{kind.__name__}](#{kind.__name__.lower()})" for kind in protocol_terms())
        + " · [Example](#example)"
    )
    yield ""
    for kind in protocol_terms():
        yield f"## {kind.__name__}"
        yield ""
        places = ", ".join(f"`{place}`" for place in _stands_at(kind))
        if places:
            yield f"*Stands at {places}.*"
            yield ""
        yield said_of(kind)
        yield ""
        yield from _table(kind)
        yield ""
    yield "Any term may also carry `source`, `assumed` with `why`, and `note`, as in the [programme file](programme.md#words-that-every-term-may-have)."
    yield ""
    yield "## Example"
    yield ""
    yield "The protocol of the demonstration (`makegood protocol draft werk-na-detentie --out protocol.yaml`):"
    yield ""
    yield "```yaml"
    yield EXAMPLE.read_text(encoding="utf-8").strip("\n")
    yield "```"


def _stands_at(kind: type[BaseModel]) -> Iterator[str]:
    for outer in protocol_terms():
        for field in own_fields(outer):
            if kind in terms_in(hints(outer)[field]):
                yield field if outer is Protocol else f"{outer.__name__}.{field}"


def _table(kind: type[BaseModel]) -> Iterator[str]:
    told = words_under_fields(kind)
    yield "| word | value | meaning |"
    yield "|---|---|---|"
    for field in kind.model_fields:
        if field in Term.model_fields:
            continue
        if field not in told:
            raise LookupError(f"{kind.__name__}.{field} has no meaning under it")
        hint = hints(kind)[field]
        value = "number, or `none`" if hint == NumberOrNone else kind_of_value(hint)
        needed = " **required**" if kind.model_fields[field].is_required() else ""
        yield f"| `{field}`{needed} | {value} | {told[field]}{'' if needed else usual_word(kind, field)} |"
