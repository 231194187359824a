"""docs/reference/refusals.md: every problem that the engine can report, read off its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import makegood
from makegood.programme.reading import WHY

INTRODUCTION = """
# Refusals and warnings, code by code

A problem is never an accident of the program: it has a code, a place, what was found, why it matters and what would
do. All problems of all files are reported together, a line each, on stderr; the exit code is then 2. With `--format
json` they stand under `problems`, each with `severity`, `code`, `file`, `line`, `path`, `what`, `why`, `remedy`.

This page is made from the source, so it lists what can really be said; `…` stands for what is filled in. A **warning**
does not stop the settlement; it is printed with it. Two kinds of *no* are not on this page, because they are answers
and not problems: a [claim that is refused](../explanation/how-settlement-works.md#claims-in-sequence) stands with its
reason in the statement, and a worked example that differs gives exit code 1.
""".strip()

ROOMS = {
    "values": "Any file",
    "programme": "The programme file",
    "instrument": "Questionnaires",
    "cases": "Files of facts",
    "selection": "Candidates",
    "measurement": "Measuring",
    "comparison": "Comparing",
    "payment": "Facts under these terms",
    "finance": "Money of investors",
    "world": "Demonstration worlds",
    "examples": "Worked examples",
    "settle": "Settling",
    "report": "Reading and writing settlements",
    "doors": "Putting a settlement together",
    "cli": "The command line",
}
CODE_AT = {"Problem": 1, "_refused": 1, "_no": 2, "no": 0, "refused": 1, "_refuse": 2, "_problem": 1}
"""Function that makes a problem -> the place of its code among the arguments; what, why and remedy follow."""
WITHOUT_WHY = {"_refused", "_no", "no", "refused", "_refuse", "_problem"}


@dataclass(frozen=True, order=True)
class Said:
    """One way in which the source reports a problem."""

    room: str
    code: str
    what: str
    why: str
    remedy: str
    warning: bool


def refusals_page() -> str:
    """The page as Markdown."""
    return "\n".join(_page()) + "\n"


def all_said() -> list[Said]:
    """Every problem that the source can report, once."""
    source = Path(makegood.__file__).parent
    found: set[Said] = set()
    for path in sorted(source.rglob("*.py")):
        room = path.relative_to(source).parts[0].removesuffix(".py")
        for function in _bodies(ast.parse(path.read_text(encoding="utf-8"))):
            texts = _texts(function)
            found |= {said for call in _calls(function) if (said := _said(call, room, texts)) is not None}
    typed = "what is written there is not of its kind: …; see [how a value is written](programme.md)"
    found |= {
        Said("programme", code, typed if code == "not_typed" else _TYPED[code][0], why, _TYPED[code][1], False) for code, why in WHY.items()
    }
    return sorted(found)


_TYPED = {
    "unknown_key": ("'…' is not a word that stands here", "did you mean '…'?"),
    "missing_term": ("`…` is missing", "add `…:` here"),
    "not_typed": ("", "…"),
}


def _page() -> Iterator[str]:
    yield INTRODUCTION
    said = all_said()
    for room, title in ROOMS.items():
        rows = [row for row in said if row.room == room]
        if not rows:
            continue
        yield ""
        yield f"## {title}"
        yield ""
        yield "| code | found | why it matters | what would do |"
        yield "|---|---|---|---|"
        for row in rows:
            mark = " (warning)" if row.warning else ""
            yield f"| `{row.code}`{mark} | {_cell(row.what)} | {_cell(row.why)} | {_cell(row.remedy)} |"
    unknown = {row.room for row in said} - set(ROOMS)
    if unknown:
        raise LookupError(f"rooms without a chapter: {sorted(unknown)}")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _bodies(tree: ast.Module) -> Iterator[ast.AST]:
    """Functions, outermost first; what a function names, its inner functions know."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _calls(function: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(function) if isinstance(node, ast.Call) and _name(node) in CODE_AT)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _texts(function: ast.AST) -> list[tuple[int, str, str]]:
    """(line, name, text) wherever a function gives a name a value; `…` where that is no text."""
    found: list[tuple[int, str, str]] = []
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        target, value = node.targets[0], node.value
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        values = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(names) else [value] * len(names)
        for name, given in zip(names, values, strict=True):
            if isinstance(name, ast.Name):
                text = _text(given, []) if isinstance(target, ast.Name) or isinstance(value, ast.Tuple) else ""
                found.append((node.lineno, name.id, text or "…"))
    return sorted(found)


def _text(node: ast.expr | None, texts: list[tuple[int, str, str]]) -> str:
    """A text of the source, holes as `…`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)  # type: ignore[misc]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left, texts) + _text(node.right, texts)
    if isinstance(node, ast.IfExp):
        either = [text for text in (_text(node.body, texts), _text(node.orelse, texts)) if text not in ("", "…")]
        return " / ".join(dict.fromkeys(either)) or "…"
    if isinstance(node, ast.Name):
        return next((text for line, name, text in reversed(texts) if name == node.id and line < node.lineno), "…")
    if isinstance(node, ast.Call) and _name(node) == "nearest":
        return "did you mean '…'?"
    return "" if node is None else "…"


def _said(call: ast.Call, room: str, texts: list[tuple[int, str, str]]) -> Said | None:
    name = _name(call)
    arguments = list(call.args)
    at = CODE_AT[name]
    if len(arguments) <= at:
        return None
    code = _text(arguments[at], [])
    if not code or code == "…" or not code.replace("…", "x").replace("_", "").isalnum() or code != code.lower():
        return None
    rest = [_text(argument, texts) for argument in arguments[at + 1 :]]
    if name in WITHOUT_WHY:
        rest.insert(1, "")
    what, why, remedy = (*rest, "", "", "")[:3]
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if "remedy" in named:
        remedy = _text(named["remedy"], texts)
    severity = named.get("severity")
    return Said(room, code, what, why, remedy, isinstance(severity, ast.Constant) and severity.value == "warning")
