"""Candidacy: one person on the way from a list to the start of a track. Every table with personal data points here."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from makegood_portal.ledger.models.organisation import Organisation
from makegood_portal.ledger.models.person import Person
from makegood_portal.ledger.models.programme import Programme
from makegood_portal.ledger.models.row import Code, Row
from makegood_portal.ledger.models.user import User
from makegood_portal.ledger.words import Kind


class State(models.TextChoices):
    """Where a candidacy stands: `open` on its way, `started`, or `left` with a coded reason."""

    OPEN = "open"
    STARTED = "started"
    LEFT = "left"


class Candidacy(Row):
    """What a step is, who acts in it and which reasons exist says the programme file; here stands where this person is."""

    # Without an index of their own where one of the indexes below begins with them: a row of a long list writes each.
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="candidacies", db_index=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="candidacy")
    prison = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", limit_choices_to={"kind": Kind.PRISON}, db_index=False
    )
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    municipality = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    counsellor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    probation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    probation_officer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    list_token = models.CharField(max_length=64, blank=True, editable=False, help_text="keyed token of name and birth date")
    list_month = models.DateField(null=True, help_text="first day of the month of the gross list; empty for an entrant outside it")
    channel = Code(blank=True)
    group = Code(blank=True, help_text="a group of the programme file that a local programme may exclude")
    step = Code()
    step_since = models.DateField()
    step_due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    exit_reason = Code(blank=True)
    release_on = models.DateField(null=True, blank=True)
    track = Code(blank=True)
    handed_over_on = models.DateField(null=True, blank=True)
    contract_on = models.DateField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    closed_to_provider = models.BooleanField(default=False, db_default=False, help_text="the candidate says so in a form")
    closed_to_evaluator = models.BooleanField(default=False, db_default=False, help_text="the candidate says so in a form")
    version = models.PositiveIntegerField(default=1, help_text="rises with each change: an editor with an older one is told")

    class Meta:
        ordering = ("release_on", "id")
        constraints = [
            models.UniqueConstraint(fields=["programme", "prison", "list_token"], condition=~Q(list_token=""), name="on_the_list_once"),
            models.CheckConstraint(condition=Q(state__in=list(State)), name="candidacy_state_known"),
            models.CheckConstraint(condition=Q(state=State.LEFT) ^ Q(left_on=None), name="candidacy_left_has_a_date"),
            models.CheckConstraint(condition=Q(state=State.LEFT) ^ Q(exit_reason=""), name="candidacy_left_has_a_reason"),
            models.CheckConstraint(condition=~Q(state=State.STARTED) | Q(started_on__isnull=False), name="candidacy_started_has_a_date"),
            models.CheckConstraint(condition=Q(list_month=None) | Q(list_month__day=1), name="list_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(contract_on=None) | Q(started_on=None) | Q(started_on__gte=F("contract_on")),
                name="no_start_before_the_contract",
            ),
        ]
        indexes = [
            models.Index(fields=["prison", "state", "release_on", "id"], name="candidacy_of_prison"),
            models.Index(fields=["provider", "state", "release_on", "id"], name="candidacy_of_provider"),
            models.Index(fields=["counsellor", "state", "release_on", "id"], name="candidacy_of_counsellor"),
            models.Index(fields=["programme", "state", "release_on", "id"], name="candidacy_of_programme"),
            models.Index(fields=["probation_officer"], name="candidacy_of_officer"),
        ]
