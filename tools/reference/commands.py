"""docs/reference/cli.md: every command, from its own help."""

from __future__ import annotations

import argparse
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager

from makegood.cli import COMMANDS, parser_of

INTRODUCTION = """
# The command line

What `makegood COMMAND --help` prints, made from the commands themselves.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the answer is no: a worked example differs, a check failed |
| 2 | the input cannot be used: each problem stands on a line of its own on stderr, with file, line, what was found and what would do ([refusals](refusals.md)); nothing was written |
| 130 | stopped on request; nothing half-written is left |

PROGRAMME is the path of a programme file, a folder that holds `programme.yaml`, or the name of a programme that ships.
Results go to stdout, problems to stderr. `--out DIR` writes all files of an answer or none of them.
""".strip()


def commands_page() -> str:
    """The page as Markdown; a command that is announced but not built yet is left out."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    with _a_terminal_of(100):
        yield INTRODUCTION
        yield ""
        yield "## makegood"
        yield ""
        yield from _help(parser_of(None))
        for name, (module, _) in COMMANDS.items():
            if importlib.util.find_spec(f"makegood.cli.{module}") is None:
                continue
            yield ""
            yield f"## makegood {name}"
            yield ""
            yield from _help(_parser_of_one(name))


def _parser_of_one(name: str) -> argparse.ArgumentParser:
    choices = next(action.choices for action in parser_of(name)._actions if isinstance(action, argparse._SubParsersAction))
    parser: argparse.ArgumentParser = choices[name]
    return parser


def _help(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield "```text"
    yield parser.format_help().rstrip()
    yield "```"


@contextmanager
def _a_terminal_of(columns: int) -> Iterator[None]:
    """Help is wrapped to the terminal's width; the page must not depend on who makes it."""
    before = {name: os.environ.get(name) for name in ("COLUMNS", "NO_COLOR", "PYTHON_COLORS")}
    os.environ.update({"COLUMNS": str(columns), "NO_COLOR": "1", "PYTHON_COLORS": "0"})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
