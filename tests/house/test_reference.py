"""The reference says what the engine does: pages are made from it, samples are read by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import TypeAdapter

import tools.reference
from makegood.comparison.protocol_reading import parse_protocol
from makegood.programme.reading import shipped
from makegood.programme.root import Programme
from makegood.programme.term import Term
from makegood.programme.yaml_text import parse_yaml_text
from tools.reference.protocol import protocol_terms
from tools.reference.samples import SAMPLES
from tools.reference.schema import schema
from tools.reference.shape import hints, models

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_pages_made_from_the_code_are_up_to_date() -> None:
    assert tools.reference.stale() == [], "run `make docs`"


@pytest.mark.parametrize("term", SAMPLES)
def test_a_sample_is_read_by_the_engine(term: str) -> None:
    text = parse_yaml_text(SAMPLES[term].encode(), file=f"sample of {term}")
    for word, value in text.data.items():
        TypeAdapter(hints(Programme)[word]).validate_python(value)


@pytest.mark.parametrize("term", SAMPLES)
def test_a_sample_fits_the_schema(term: str) -> None:
    part = yaml.load(SAMPLES[term], Loader=yaml.BaseLoader)  # noqa: S506 - makes text only
    whole = schema()
    allowed = {**whole, "required": []}
    jsonschema.Draft202012Validator(allowed).validate(part)


def test_the_protocol_page_tells_every_word_and_its_example_is_read() -> None:
    page = (REFERENCE / "protocol.md").read_text(encoding="utf-8")
    for kind in protocol_terms():
        assert f"## {kind.__name__}\n" in page
        assert all(f"| `{field}`" in page for field in kind.model_fields if field not in Term.model_fields)
    text = page.split("```yaml\n")[1].split("```")[0]
    assert parse_protocol(text.encode(), file="example").terms.programme == "werk-na-detentie"


def test_every_sample_is_of_a_term() -> None:
    assert set(SAMPLES) <= {kind.__name__ for kind in models()}


@pytest.mark.parametrize("name", shipped())
def test_shipped_programmes_fit_the_schema(name: str) -> None:
    found = list(_validator().iter_errors(_all_text(shipped()[name] / "programme.yaml")))
    assert [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in found] == []


def test_the_schema_refuses_what_the_engine_refuses() -> None:
    programme = _all_text(shipped()["werk-na-detentie"] / "programme.yaml")
    for wrong in _wrong(programme):
        assert not _validator().is_valid(wrong)


def _wrong(programme: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**programme, "outcome_prices": {}}
    yield {key: value for key, value in programme.items() if key != "exit_plan"}
    yield {**programme, "limits": {"No Code": {"at_most": "1"}}}
    yield {**programme, "outcome_payment_plan": {"true_up": "sometimes"}}
    yield {**programme, "currency": "euro"}


def _validator() -> jsonschema.Draft202012Validator:
    written = json.loads((REFERENCE / "programme.schema.json").read_text(encoding="utf-8"))
    assert written == schema()
    jsonschema.Draft202012Validator.check_schema(written)
    return jsonschema.Draft202012Validator(written)


def _all_text(path: Path) -> dict[str, Any]:
    """YAML as any program reads it that leaves every scalar a text."""
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes text only
    return loaded
