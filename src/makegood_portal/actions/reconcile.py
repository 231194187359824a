"""A partner's list compared with the register: tokens in the request, the comparison in the background, names nowhere."""

from __future__ import annotations

import os
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from makegood.cases.linkage import reconcile
from makegood.cases.partner_list import read_partner_list
from makegood.values.problem import Problem, Refused
from makegood_portal.actions.acting import action, add, fact
from makegood_portal.actions.jobs import job
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import audit
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Reconciliation, ReconciliationState
from makegood_portal.ledger.queries import reconciliation
from makegood_portal.ledger.queries.reconciliation import Outcome
from makegood_portal.ledger.scope import Scope, scoped
from makegood_portal.ledger.words import Role

SHORTEST_SECRET = 16
COVERS = ("started", "everybody")


class PartnerListRefused(Refusal):
    """The list cannot be compared; `problems` say all that was found, and no value of a cell."""

    def __init__(self, refused: Refused) -> None:
        first = refused.problems[0]
        super().__init__(first.code, first.what, remedy=first.remedy, field="file")
        self.problems: list[Problem] = list(refused.problems)


@action(Role.LEAD)
def compare_list(*, by: Scope, on: UUID, partner: str, covers: str, content: bytes, secret: str = "") -> Reconciliation:
    """Turn a partner's list and ours into tokens, and queue the comparison. `on` is the programme.

    `secret` is needed for a list of tokens: the one with which the partner made them. Otherwise a fresh one is drawn,
    used here and forgotten. Neither the list nor the secret is kept.
    """
    place = next((one for one in reconciliation.places(by) if one[0] == on), None)
    if place is None or by.user is None:
        raise NotYours("not_a_party", _("Your organisation has no part in this programme."))
    if covers not in COVERS:
        raise Refusal("unknown_choice", _("Choose one of the answers."), field="covers")
    if secret and len(secret) < SHORTEST_SECRET:
        raise Refusal("short_secret", _("The secret has at least %(n)s signs.") % {"n": SHORTEST_SECRET}, field="secret")
    key = secret.encode() if secret else os.urandom(32)
    try:
        theirs = read_partner_list(content, name=_("the list"), secret=key, on=timezone.localdate())
    except Refused as refused:
        raise PartnerListRefused(refused) from None
    ours = reconciliation.our_tokens(by, on, covers=covers, secret=key)
    row = Reconciliation(programme_id=on, organisation_id=place[1], partner=" ".join(partner.split())[:120], covers=covers, by_id=by.user)
    row.sealed_list = reconciliation.seal_lists(row.pk, ours, theirs.tokens)
    row.counts = {"ours": len(ours), "theirs": len(theirs.tokens), "unreadable": theirs.unreadable}
    fact(ours=len(ours), theirs=len(theirs.tokens), covers=covers)
    add(row)
    # Names of everybody in the comparison were read to make tokens of them.
    facts = {"persons": len(ours), "for": "reconciliation"}
    audit.record(by, "read", part=Part.IDENTITY, table="ledger_reconciliation", row=row.pk, facts=facts)
    link_lists.later(by=by, lock=f"reconciliation {row.pk}", reconciliation_of=str(row.pk))
    return row


@job
def link_lists(*, by: Scope, reconciliation_of: str) -> None:
    """Compare the tokens, keep the outcome, forget the tokens. May be called again after a crash."""
    with scoped(by):
        row = Reconciliation.objects.filter(pk=reconciliation_of, state=ReconciliationState.WAITING).first()
        if row is None:
            return
        ours, theirs = reconciliation.unseal_lists(row)
    found = reconcile(ours, theirs)
    counts = {
        **row.counts,
        "both": len(found.linked),
        "differing": sum(bool(link.differs) for link in found.linked),
        "doubtful": len(found.doubtful),
        "only_ours": len(found.only_ours),
        "only_theirs": len(found.only_theirs),
    }
    with scoped(by):
        waiting = Reconciliation.objects.filter(pk=row.pk, state=ReconciliationState.WAITING)
        done = waiting.update(
            state=ReconciliationState.DONE, sealed_list=None, sealed_result=reconciliation.seal_outcome(row.pk, found), counts=counts,
            done_at=timezone.now(),
        )  # fmt: skip
        if done:
            audit.record(by, "link_lists", table="ledger_reconciliation", row=row.pk, facts=counts)


def open_outcome(*, by: Scope, on: UUID) -> Outcome | None:
    """The outcome as far as the asker may see it; written down with the number of persons on it."""
    found = reconciliation.outcome(by, on)
    if found is not None and found.row.sealed_result is not None:
        shown = len(found.only_ours) + len(found.only_theirs) + len(found.doubtful) + len(found.differing)
        part = Part.IDENTITY if found.own else Part.CANDIDACY
        audit.record(by, "read", part=part, table="ledger_reconciliation", row=on, facts={"persons": shown})
    return found


@action(Role.LEAD)
def forget_comparison(*, by: Scope, on: UUID) -> None:
    """Delete a comparison when its differences are cleared."""
    gone = Reconciliation.objects.filter(pk=on, organisation__in=by.where(Role.LEAD)).delete()[0]
    if not gone:
        raise NotYours("not_yours", _("You cannot change this record."))
    fact(reconciliation=str(on))
