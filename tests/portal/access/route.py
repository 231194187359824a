"""What the table says of a route."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from makegood_portal.ledger.words import Role
from portal.builders import Side

EVERYBODY = frozenset(Role)
READERS = frozenset(
    {Role.COORDINATOR, Role.HEAD_OFFICE, Role.COUNSELLOR, Role.LEAD, Role.PROBATION_OFFICER, Role.AGENCY_CONTACT, Role.EVALUATOR}
)
ONLY_COORDINATOR = frozenset({Role.COORDINATOR})
FILLERS = frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD})
ACTORS = frozenset({Role.HEAD_OFFICE, Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD})


def nothing(side: Side) -> dict[str, Any]:  # noqa: ARG001
    return {}


def of_candidacy(side: Side) -> dict[str, Any]:
    return {"candidacy": side.candidacy.pk}


@dataclass(frozen=True, kw_only=True)
class Route:
    """`may`: the roles that get an answer (200, or 302 to another page); all others get 403 or 404.

    `kwargs` makes the address from one side of the world; a route with an object is also tried with the other side's
    object by every role, and must be 404 or 403 for all. `post` is the form to send; then the method is POST.
    `public`: strangers get an answer too; else they are led to the log-in.
    """

    may: frozenset[Role] = EVERYBODY
    kwargs: Callable[[Side], dict[str, Any]] = nothing
    post: Callable[[Side], dict[str, Any]] | None = None
    public: bool = False
    shared: frozenset[Role] = frozenset()
    """Roles that get an answer with the other side's object too: it stands in a directory, and is nobody's file."""
    answers: frozenset[int] = frozenset({200, 302})
    htmx: bool = False
    needs: Iterable[str] = field(default=())

    @property
    def has_object(self) -> bool:
        """Whether the address names a record."""
        return self.kwargs is not nothing
