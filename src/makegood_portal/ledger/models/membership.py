"""Membership: a user has a role in an organisation during a period."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.row import Row
from makegood_portal.ledger.models.user import User
from makegood_portal.ledger.words import Role


class Membership(Row):
    """Half-open: from `from_on` up to, not including, `until_on`; an empty end still runs."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=32, choices=Role)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=list(Role)), name="membership_role_known"),
            models.CheckConstraint(condition=Q(until_on=None) | Q(until_on__gt=F("from_on")), name="membership_ends_after_it_begins"),
            ExclusionConstraint(
                name="membership_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Func("from_on", "until_on", function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
