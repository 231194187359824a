"""Reading a protocol file: all problems at once, each with its line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from makegood.comparison.protocol import Protocol, inconsistencies
from makegood.programme.reading import path_of, problems_of
from makegood.programme.yaml_text import parse_yaml_text, read_yaml_text
from makegood.values.fingerprint import sha256_of
from makegood.values.problem import Problem, Refused, Where


@dataclass(frozen=True, kw_only=True)
class ReadProtocol:
    """A protocol with the bytes that it was read from. `sha256`: of those bytes, as `sha256sum` prints it."""

    terms: Protocol
    file: str
    content: bytes
    sha256: str


def read_protocol(path: Path) -> ReadProtocol:
    """Read, check and fingerprint a protocol file. Raises Refused with every problem found."""
    if not path.is_file():
        read_yaml_text(path)  # says what is wrong with the path
    return parse_protocol(path.read_bytes(), file=str(path))


def parse_protocol(content: bytes, *, file: str) -> ReadProtocol:
    """The protocol in these bytes; see `read_protocol`."""
    text = parse_yaml_text(content, file=file)
    try:
        terms = Protocol.model_validate(text.data)
    except ValidationError as error:
        found = problems_of(error, text, Protocol)
        raise Refused(replace(problem, remedy=problem.remedy.replace("programme.md", "protocol.md")) for problem in found) from None
    problems = [
        Problem(
            Where(file, text.line_of(place), path_of(place)),
            "inconsistent",
            what,
            "The protocol would not say one thing",
            "correct the name or the figure",
        )
        for place, what in inconsistencies(terms)
    ]
    if problems:
        raise Refused(problems)
    return ReadProtocol(terms=terms, file=file, content=content, sha256=sha256_of(content))
