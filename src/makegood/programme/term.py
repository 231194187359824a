"""What every term has in common: it may carry its source, and may be an assumption that says why."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from makegood.programme.scalars import Text, Yes


class Term(BaseModel):
    """A clause of the agreement: frozen, no unknown keys, with an optional source and assumption."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: Text | None = None
    """Where the term was read: document, page or line."""
    assumed: Yes = False
    """The term is not in the source; `why` says what it rests on. Every output repeats it."""
    why: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _an_assumption_says_why(self) -> Self:
        if self.assumed and not self.why:
            raise ValueError("an assumed term must say why: add `why`")
        return self
