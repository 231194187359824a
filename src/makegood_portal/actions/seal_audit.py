"""Sealing the audit: each minute and at a clean stop."""

from __future__ import annotations

from makegood_portal.ledger import audit_chain
from makegood_portal.ledger.scope import scope_of_system, scoped


def seal_audit() -> int:
    """Seal every entry that is not sealed yet; how many there were."""
    total = 0
    while True:
        with scoped(scope_of_system("seal")):
            count = audit_chain.seal()
        total += count
        if count < audit_chain.BATCH:
            return total
