"""What every term has in common: it may carry its source, and may be an assumption that says why."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, WithJsonSchema, model_validator

from makegood.programme.scalars import Text, Yes


class InTwoLanguages(BaseModel):
    """Words for people in English and Dutch."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    en: Text
    """The words in English."""
    nl: Text | None = None
    """The words in Dutch."""

    @model_validator(mode="before")
    @classmethod
    def _from_one_text(cls, words: Any) -> Any:
        return {"en": words} if isinstance(words, str) else words

    def __str__(self) -> str:
        return self.en


Words = Annotated[
    InTwoLanguages,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"en": {"type": "string"}, "nl": {"type": "string"}},
                    "required": ["en"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""A text, or `en` and `nl`."""


class Term(BaseModel):
    """A clause of the agreement: frozen, no unknown keys, with an optional source and assumption."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    source: Text | None = None
    """Where the term was read: document, page or line."""
    assumed: Yes = False
    """The term is not in the source; `why` says what it rests on. Every output repeats it."""
    why: Words | None = None
    """What an assumed term rests on, or why a term is as it is."""
    note: Text | None = None
    """Anything else that the reader should know; it changes nothing."""

    @model_validator(mode="after")
    def _an_assumption_says_why(self) -> Self:
        if self.assumed and not self.why:
            raise ValueError("an assumed term must say why: add `why`")
        return self
