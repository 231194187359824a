"""From a file to an agreement: reading, typing, and the terms as they stood on any day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from makegood.programme.amending import amended, in_force
from makegood.programme.change import Amendment
from makegood.programme.root import Programme
from makegood.programme.term import Term
from makegood.programme.walking import walk, words_at
from makegood.programme.yaml_text import Place, YamlText, read_yaml_text
from makegood.values.fingerprint import sha256_of
from makegood.values.problem import Problem, Refused, Where, errors, nearest

OF_DELIVERY = frozenset({"no_analysis", "never_chosen", "no_exit"})
"""Warnings that concern the delivery part only."""
WHY = {
    "unknown_key": "A term that nobody reads would be agreed and never carried out",
    "missing_term": "Without it the agreement does not say what happens",
    "not_typed": "A term must mean one thing to every reader",
}


@dataclass(frozen=True)
class Terms:
    """The terms in force on a day: the programme, where each clause stands, and which amendments apply."""

    programme: Programme
    text: YamlText
    sha256: str
    """Fingerprint of the whole agreement, amendments included; layout and comments do not count."""
    amendments: tuple[str, ...] = ()

    @cached_property
    def clauses(self) -> list[tuple[Place, BaseModel]]:
        """Every term with its place."""
        return walk(self.programme)

    @cached_property
    def of_money(self) -> list[tuple[Place, BaseModel]]:
        """Those of them that a settlement reads: all but how the service is delivered."""
        return [(place, term) for place, term in self.clauses if place[:1] != ("delivery",)]

    def where(self, place: Place) -> Where:
        """File, line and path of a clause."""
        return Where(self.text.file, self.text.line_of(place), path_of(place))

    def assumptions(self, *, of_delivery: bool = False) -> list[dict[str, str]]:
        """Every term that is assumed, with its path, its line and why.

        No payment rests on the delivery part, so its assumptions are left out unless asked for.
        """
        return [
            {"path": path_of(place), "line": str(self.text.line_of(place)), "why": str(term.why or "")}
            for place, term in self.assumed(of_delivery=of_delivery)
        ]

    def assumed(self, *, of_delivery: bool = False) -> list[tuple[Place, Term]]:
        """The terms that are assumed, with their places; see `assumptions`."""
        elsewhere = {"examples", "amendments"} | (set() if of_delivery else {"delivery"})
        return [
            (place, term)
            for place, term in self.clauses
            if isinstance(term, Term) and term.assumed and (not place or place[0] not in elsewhere)
        ]


@dataclass(frozen=True)
class Agreement:
    """A programme file as agreed and amended: ask it for its terms on a day."""

    text: YamlText
    sha256: str
    amendments: Mapping[str, Amendment]
    warnings: tuple[Problem, ...] = ()
    _versions: dict[tuple[str, ...], Terms] = field(default_factory=dict, compare=False)

    def on(self, day: date | None) -> Terms:
        """The terms in force on `day`; None: as first signed, before any amendment. Raises Refused if they do not fit."""
        return self._with(tuple(in_force(self.amendments, day=day)))

    def read_on(self, day: date, *, under: Terms) -> Terms:
        """The terms under which a settlement under `under` reads a fact of `day`: see `Amendment`. Raises Refused."""
        amendments = [(name, self.amendments[name]) for name in under.amendments]
        return self._with(tuple(name for name, amendment in amendments if amendment.from_ <= day or amendment.reaches_back))

    def _with(self, names: tuple[str, ...]) -> Terms:
        if names not in self._versions:
            text, problems = amended(self.text, self.amendments, names)
            if problems:
                raise Refused(problems)
            self._versions[names] = Terms(_typed(text), text, self.sha256, names)
        return self._versions[names]

    def texts(self) -> list[str]:
        """Fingerprints of this text and of every text that it grew from: the same, without its last amendments."""
        data, names = self.text.data, list(self.amendments)
        shorter = ({**data, "amendments": {name: data["amendments"][name] for name in names[:kept]}} for kept in range(1, len(names)))
        bare = {key: value for key, value in data.items() if key != "amendments"}
        return list(dict.fromkeys([self.sha256, *(sha256_of(text) for text in shorter), sha256_of(bare)]))

    def warnings_of_money(self) -> tuple[Problem, ...]:
        """Those warnings that a settlement repeats: no payment rests on the delivery part."""
        return tuple(problem for problem in self.warnings if problem.code not in OF_DELIVERY)

    def versions(self) -> list[date | None]:
        """The days on which the terms changed, the original (None) first."""
        return [None, *sorted({amendment.from_ for amendment in self.amendments.values()})]


def path_of(place: Place) -> str:
    """A place as people write it: `outcome_pricings/first_job/price`."""
    return "/".join(str(step) for step in place)


def shipped() -> dict[str, Path]:
    """The programmes that ship: name -> folder."""
    for folder in (Path(__file__).parents[1] / "_programmes", Path(__file__).parents[3] / "programmes"):
        if folder.is_dir():
            return {path.parent.name: path.parent for path in sorted(folder.glob("*/programme.yaml"))}
    return {}


def find_programme(reference: str) -> Path:
    """The file that PROGRAMME means: a path, a folder that holds programme.yaml, or the name of one that ships."""
    path = Path(reference)
    if path.is_dir() and (path / "programme.yaml").is_file():
        return path / "programme.yaml"
    if path.exists() or "/" in reference or reference.endswith((".yaml", ".yml")):
        return path
    known = shipped()
    if reference in known:
        return known[reference] / "programme.yaml"
    raise Refused(
        [
            Problem(
                Where(reference),
                "no_such_programme",
                "there is no such file, and no programme of that name ships",
                "",
                nearest(reference, known),
            )
        ]
    )


def read_agreement(reference: str | Path, *, check: Callable[[Terms], list[Problem]]) -> Agreement:
    """Read a programme file with all its amendments. Raises Refused with every problem of every version.

    `check` looks for what types cannot see (`makegood.programme.checking.check_terms`).
    """
    path = find_programme(str(reference))
    named = str(reference) in shipped() and path == shipped()[str(reference)] / "programme.yaml"
    return agreement_from(read_yaml_text(path, shown=f"{reference}/programme.yaml" if named else str(path)), check=check)


def agreement_from(text: YamlText, *, check: Callable[[Terms], list[Problem]]) -> Agreement:
    """The agreement that a text holds, wherever the text was kept; see `read_agreement`."""
    sha256 = sha256_of(text.data)
    problems: list[Problem] = []
    signed = Terms(_typed(text), text, sha256)
    agreement = Agreement(text, sha256, dict(signed.programme.amendments), _versions={(): signed})
    days = agreement.versions()
    for index, day in enumerate(days):
        try:
            problems += check(agreement.on(day))
            for earlier in days[:index]:
                agreement.read_on(earlier or date.min, under=agreement.on(day))
        except Refused as refused:
            problems += refused.problems
    if errors(problems):
        raise Refused(problems)
    return replace(agreement, warnings=tuple(sorted(set(problems))))


def _typed(text: YamlText) -> Programme:
    try:
        return Programme.model_validate(text.data)
    except ValidationError as error:
        raise Refused(problems_of(error, text, Programme)) from None


def problems_of(error: ValidationError, text: YamlText, model: type[BaseModel]) -> list[Problem]:
    """What pydantic found, in the words of the house: file, line, path, what, why, what would do."""
    problems = []
    for found in error.errors(include_url=False):
        place = _place_in(text.data, found["loc"])
        kind = found["type"]
        what, remedy, code = str(found["msg"]).removeprefix("Value error, "), "", "not_typed"
        if kind == "extra_forbidden":
            around, word = place[:-1], str(place[-1])
            what, remedy, code = f"'{word}' is not a word that stands here", nearest(word, words_at(model, around)), "unknown_key"
            if found["input"] is None and " " in word:
                remedy = "put the whole text in quotes: within braces a comma begins the next word"
        elif kind == "missing":
            place = (*place, str(found["loc"][-1])) if not place or place[-1] != found["loc"][-1] else place
            what, remedy, code = f"`{place[-1]}` is missing", f"add `{place[-1]}:` here", "missing_term"
        elif kind == "literal_error":
            given = str(found["input"])
            known = str(found["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
            what, remedy = f"'{given}' is not one of the words that may stand here", nearest(given, known)
        elif kind in ("dict_type", "model_type", "list_type"):
            what = "this must be a list" if kind == "list_type" else "this must be terms, each `word: value`"
            remedy = "see docs/reference/programme.md for its form"
        elif kind == "too_short":
            what, remedy = "this is empty", "write at least one; see docs/reference/programme.md"
        elif kind == "string_pattern_mismatch":
            what, remedy = f"'{found['input']}' is not written as it must be", "a currency is three capitals, as in EUR"
        elif kind == "recursion_loop":
            what = "this term contains itself"
        if ";" in what and not remedy:
            what, _, remedy = what.partition("; ")
        problems.append(
            Problem(
                Where(text.file, text.line_of(place), path_of(place)),
                code,
                what,
                WHY[code],
                remedy or "see docs/reference/programme.md for its form",
            )
        )
    return problems


def _place_in(data: Any, loc: tuple[Any, ...]) -> Place:
    """Pydantic's location without its own additions: only the steps that exist in the file."""
    place: list[str | int] = []
    for step in loc:
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int) and step < len(data)):
            data = data[step]
        else:
            continue
        place.append(step)
    return tuple(place)
