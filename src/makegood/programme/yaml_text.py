"""A YAML file as nested text: every scalar stays the text that was written, every place keeps its line.

YAML guesses (`no` becomes false, 0.18 a float, 2018-02-30 a crash); a contract must not. So the parser's events are
taken as they come, and what lets one line stand for many others (anchors, aliases, tags, several documents) is
refused: a term stands where it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from makegood.values.problem import Problem, Refused, Where

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
Place = tuple[str | int, ...]


@dataclass
class YamlText:
    """`data`: nested dicts and lists of text (an empty value is None). `lines`: the line of each place in it."""

    file: str
    data: dict[str, Any]
    lines: dict[Place, int] = field(default_factory=dict)

    def line_of(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it that has one."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1


def read_yaml_text(path: Path, *, shown: str | None = None) -> YamlText:
    """Read a file as nested text. Raises Refused with every problem that makes it unreadable as a whole."""
    file = shown or str(path)
    if path.is_dir():
        raise _refuse(file, 0, "not_a_file", "this is a folder", "name the YAML file in it")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise _refuse(file, 0, "no_such_file", "there is no such file", "check the path") from None
    except OSError as error:
        raise _refuse(file, 0, "unreadable", f"it cannot be read: {error.strerror}", "check its rights") from None
    return parse_yaml_text(content, file=file)


def parse_yaml_text(content: bytes, *, file: str) -> YamlText:
    """Parse the bytes of a YAML file; see `read_yaml_text`."""
    if not content.strip():
        raise _refuse(file, 0, "empty_file", "the file is empty", "write the terms, or restore the file")
    if len(content) > MAX_BYTES:
        raise _refuse(
            file, 0, "too_large", f"{len(content)} bytes are more than the {MAX_BYTES} that terms may take", "move data into CSV files"
        )
    if b"\0" in content[:4096]:
        raise _refuse(file, 0, "binary_file", "this is a binary file, not text", "name the YAML file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _refuse(file, line, "wrong_encoding", f"byte {error.start} is not UTF-8", "save the file as UTF-8") from None
    builder = _Builder(file)
    try:
        return builder.build(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        what = "; ".join(part for part in (error.context, error.problem) if part)
        remedy = (
            "indent with spaces, not tabs" if "\\t" in what else "check the indentation, colons and quotes of this line and the one above"
        )
        raise _refuse(file, mark.line + 1 if mark else 0, "not_yaml", f"this is not YAML: {what}", remedy) from None
    except yaml.YAMLError as error:
        raise _refuse(file, 0, "not_yaml", f"this is not YAML: {str(error).splitlines()[0]}", "save it as plain UTF-8 text") from None


def _refuse(file: str, line: int, code: str, what: str, remedy: str) -> Refused:
    return Refused([Problem(Where(file, line), code, what, "", remedy)])


class _Builder:
    """Folds the parser's events into nested text; holds the problems met on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []

    def build(self, events: Iterator[Any]) -> YamlText:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._problem(
                        event, "several_documents", "a second document starts here", "keep one document a file; remove the line '---'"
                    )
                    break
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
                data = self._node(event, events, ())
        if self.problems:
            raise Refused(self.problems)
        if not isinstance(data, dict):
            raise _refuse(self.file, 1, "not_terms", "the file holds no terms but a single text or list", "start with `programme: name`")
        return YamlText(self.file, data, self.lines)

    def _node(self, event: Any, events: Iterator[Any], place: Place) -> Any:
        self.lines.setdefault(place, event.start_mark.line + 1)
        if len(place) > MAX_DEPTH:
            raise Refused(
                [
                    *self.problems,
                    Problem(
                        self._where(event),
                        "too_deep",
                        f"terms are nested more than {MAX_DEPTH} deep",
                        "",
                        "name the inner part and refer to it",
                    ),
                ]
            )
        if isinstance(event, yaml.AliasEvent):
            self._problem(
                event,
                "alias",
                f"'*{event.anchor}' repeats another place",
                "write the term out, or name it under `figures` and refer to the name",
            )
            return None
        if getattr(event, "anchor", None):
            self._problem(
                event, "anchor", f"'&{event.anchor}' is an anchor", "write the term out, or name it under `figures` and refer to the name"
            )
        if event.tag and event.tag != "!":
            self._problem(event, "tag", f"'{event.tag}' is a tag", "remove it; a term says of itself what it is")
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.value != "" or not event.implicit[0] else None
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            for child in events:
                if isinstance(child, yaml.SequenceEndEvent):
                    break
                items.append(self._node(child, events, (*place, len(items))))
            return items
        return self._mapping(events, place)

    def _mapping(self, events: Iterator[Any], place: Place) -> dict[str, Any]:
        terms: dict[str, Any] = {}
        for key_event in events:
            if isinstance(key_event, yaml.MappingEndEvent):
                break
            if not isinstance(key_event, yaml.ScalarEvent):
                raise Refused(
                    [*self.problems, Problem(self._where(key_event), "odd_key", "a key is not a plain word", "", "write `word: value`")]
                )
            key = key_event.value
            value_event = next(events)
            inner = (*place, key)
            line = self._where(key_event).line
            if key in terms:
                self._problem(
                    key_event, "twice", f"'{key}' stands here a second time (first on line {self.lines[inner]})", "keep one of the two"
                )
                self._node(value_event, events, (*place, f"{key} (second)"))
                continue
            self.lines[inner] = line
            terms[key] = self._node(value_event, events, inner)
        return terms

    def _where(self, event: Any) -> Where:
        return Where(self.file, event.start_mark.line + 1)

    def _problem(self, event: Any, code: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(self._where(event), code, what, "A term is read where it stands", remedy))
