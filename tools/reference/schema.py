"""The JSON Schema of a programme file, as YAML whose scalars are all read as text."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from makegood.programme.root import Programme
from makegood.programme.scalars import one_or_more
from makegood.values.parsing import CODE
from tools.reference.shape import models
from tools.reference.words import words_under_fields

ADDRESS = "https://json-schema.org/draft/2020-12/schema"
NAMED = {"type": "string", "pattern": CODE.pattern}


class OfTheFile(GenerateJsonSchema):
    """The schema of the text in the file, not of the values made from it."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """A value that may stand alone where a list may stand, or a name where a term may."""
        inner = self.generate_inner(schema["schema"])
        function: Any = schema["function"]["function"]
        if function is one_or_more:
            return {"anyOf": [inner["items"], inner]}
        if getattr(function, "__name__", "") == "_from_a_name":
            return {"anyOf": [dict(NAMED), inner]}
        return inner

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """A term that may be absent is left out of the file; nothing stands in its place."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Defaults are told in words in the reference; here they would be values, not text."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic calls it by this name
        """No titles: a word is its own title."""
        return False


def schema() -> dict[str, Any]:
    """The schema; each word has its description from the class that declares it."""
    made: dict[str, Any] = Programme.model_json_schema(by_alias=True, schema_generator=OfTheFile)
    parts = {**made.get("$defs", {}), "Programme": made}
    for kind in models():
        part = parts[kind.__name__]
        part.pop("title", None)
        told = words_under_fields(kind)
        body = next((option for option in part.get("anyOf", []) if "properties" in option), part)
        if body is not part and "additionalProperties" in part:
            body["additionalProperties"] = part.pop("additionalProperties")
        for field, info in kind.model_fields.items():
            word = body["properties"].get(info.alias or field)
            if word is None:
                continue
            pattern = next((given.pattern for given in info.metadata if getattr(given, "pattern", None)), None)
            if pattern is not None:
                word["pattern"] = pattern
            if field in told:
                word["description"] = told[field]
    head = {"$schema": ADDRESS, "$id": "urn:makegood:programme:1", "title": "Programme of an outcomes contract, language 1"}
    return {**head, **_anchored(made)}


def schema_text() -> str:
    """The schema as its file."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def _anchored(part: Any) -> Any:
    """Patterns that hold for the whole word; names that do not fit are refused."""
    if isinstance(part, list):
        return [_anchored(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: _anchored(value) for key, value in part.items()}
    if isinstance(made.get("pattern"), str):
        made["pattern"] = _whole(made["pattern"])
    if "patternProperties" in made:
        made["patternProperties"] = {_whole(name): value for name, value in made["patternProperties"].items()}
        made["additionalProperties"] = False
    return made


def _whole(pattern: str) -> str:
    return pattern if pattern.startswith("^") else f"^{pattern}$"
