"""An XLSForm as a questionnaire: pyxform reads and validates the file, this says what of it is asked."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from makegood.instrument.condition import Condition, parse_condition
from makegood.instrument.questionnaire import NON_ANSWERS, SOURCES, Choice, Item, Kind, Questionnaire, Words
from makegood.values.problem import Problem, Refused, Where

_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "string": "text",
    "integer": "integer",
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "select one": "select_one",
    "select all that apply": "select_multiple",
    "note": "note",
}


def read_xlsform(content: bytes, *, name: str) -> Questionnaire:
    """The questionnaire in an XLSForm (.xlsx). Raises Refused with everything that it cannot carry out."""
    from pyxform.errors import PyXFormError  # noqa: PLC0415 - only whoever asks questions needs it
    from pyxform.xls2json import workbook_to_json  # noqa: PLC0415
    from pyxform.xls2json_backends import get_xlsform  # noqa: PLC0415
    from pyxform.xls2xform import convert  # noqa: PLC0415

    try:
        convert(io.BytesIO(content), file_type=".xlsx", validate=False)
        form: dict[str, Any] = workbook_to_json(get_xlsform(io.BytesIO(content), file_type=".xlsx"), form_name="data", warnings=[])
    except (PyXFormError, ValueError, KeyError, OSError) as error:
        what = " ".join(str(error).split())
        raise Refused([Problem(Where(name), "not_an_xlsform", what, "pyxform cannot read it", "mend it as the message says")]) from None
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("zipfile", "openpyxl"):
            raise
        raise Refused([Problem(Where(name), "not_an_xlsform", "this is no Excel file", "", "save the form as .xlsx")]) from None
    problems: list[Problem] = []
    sections: dict[str, Words] = {}
    items = tuple(_items(form["children"], name, problems, sections, section="", relevant=()))
    known: set[str] = set()
    for item in items:
        for condition in item.relevant:
            problems += [_late(name, item, wanted) for wanted in condition.items if wanted not in known]
        known.add(item.name)
    if problems:
        raise Refused(problems)
    languages = tuple(dict.fromkeys(language for item in items for language in item.label))
    return Questionnaire(
        name=str(form["id_string"]),
        title=str(form["title"]),
        version=str(form.get("version", "")),
        languages=languages,
        sections=sections,
        items=items,
    )


def _late(name: str, item: Item, wanted: str) -> Problem:
    what = f"whether it is asked depends on '{wanted}', which is not asked before it"
    return Problem(Where(name, path=item.name), "asked_later", what, "Nobody could know whether to ask it", f"move it below '{wanted}'")


def _items(
    children: Sequence[Mapping[str, Any]], name: str, problems: list[Problem], sections: dict[str, Words], *, section: str,
    relevant: tuple[Condition, ...],
) -> Iterator[Item]:  # fmt: skip
    for row in children:
        kind, own = str(row["type"]), str(row["name"])
        if own == "meta" or kind == "calculate":
            continue
        where = Where(name, path=own)
        bind = row.get("bind", {})
        conditions = relevant + tuple(_condition(bind.get("relevant"), where, "relevant", problems))
        if kind == "group":
            sections[own] = _words(row.get("label", ""))
            yield from _items(row["children"], name, problems, sections, section=own, relevant=conditions)
        elif kind not in _KINDS:
            remedy = f"use one of {', '.join(sorted(set(_KINDS.values())))}"
            problems.append(Problem(where, "unknown_kind", f"'{kind}' cannot be asked here", "", remedy))
        else:
            said_by = _sources(row.get("source"), where, problems)
            constraint = next(_condition(bind.get("constraint"), where, "constraint", problems), None)
            yield Item(
                name=own,
                kind=_KINDS[kind],
                label=_words(row.get("label", own)),
                section=section,
                hint=_words(row.get("hint", "")),
                choices=tuple(
                    Choice(str(choice["name"]), _words(choice["label"]))
                    for choice in row.get("choices", ())
                    if choice["name"] not in NON_ANSWERS
                ),
                required=str(bind.get("required", "")).casefold() in ("yes", "true", "true()"),
                relevant=conditions,
                constraint=constraint,
                constraint_message=_words(bind.get("jr:constraintMsg", "")),
                reference_time=str(row.get("reference_time", "")),
                source=said_by[0],
                others=said_by[1:],
                several_lines="multiline" in str(row.get("control", {}).get("appearance", "")),
            )


def _sources(words: Any, where: Where, problems: list[Problem]) -> tuple[str, ...]:
    """Whose answer it may be, the usual one first; the candidate's where nothing is said."""
    found = tuple(dict.fromkeys(str(words or "self").split()))
    for word in found:
        if word not in SOURCES:
            what, remedy = f"source '{word}' is nobody", f"use one or more of {', '.join(sorted(SOURCES))}"
            problems.append(Problem(where, "unknown_source", what, "An answer must say whose it is", remedy))
    return tuple(word for word in found if word in SOURCES) or ("self",)


def _condition(text: Any, where: Where, column: str, problems: list[Problem]) -> Iterator[Condition]:
    if not text:
        return
    try:
        yield parse_condition(str(text), dated=column == "constraint")
    except ValueError as error:
        what, _, remedy = str(error).partition("; ")
        why = "A condition that cannot be carried out would ask the wrong people"
        problems.append(Problem(where, f"unknown_{column}", f"{column} '{text}': {what}", why, remedy or "write it otherwise"))


def _words(label: Any) -> Words:
    """Language code -> text. XLSForm names languages as `Nederlands (nl)`; a label in no language is for all."""
    if isinstance(label, Mapping):
        return {_code(language): str(text) for language, text in label.items() if text}
    return {"": str(label)} if label else {}


def _code(language: str) -> str:
    match = re.search(r"\(([a-z]{2,3})(?:-\w+)?\)\s*$", language, re.IGNORECASE)
    return match[1].lower() if match else language.strip().lower()[:2]
