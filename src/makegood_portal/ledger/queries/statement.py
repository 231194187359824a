"""What the codes of a stored statement are called: the titles of the terms under which it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from makegood_portal.ledger import terms
from makegood_portal.ledger.models import ProgrammeVersion
from makegood_portal.ledger.terms import said


@dataclass(frozen=True, kw_only=True)
class Titles:
    """Code -> what people read, in the language of the page. A code without a title is absent."""

    programme: str = ""
    lines: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)
    investments: Mapping[str, str] = field(default_factory=dict)


def titles(*, sha256: str, as_of: date) -> Titles:
    """The titles of the terms with this hash in force on a day; none where these terms were never loaded. One query, or two."""
    programme = ProgrammeVersion.objects.filter(sha256=sha256).values_list("programme", flat=True).first()
    if programme is None:
        return Titles()
    agreed = terms.agreement_under(programme, sha256).on(as_of).programme
    parties = {code: party.name or code for code, party in agreed.parties.items()}
    return Titles(
        programme=said(agreed.title),
        lines={code: said(line.title) for code, line in agreed.outcome_pricings.items() if line.title},
        parties=parties,
        investments={code: said(one.title) for code, one in agreed.investments.items() if getattr(one, "title", None)},
    )
