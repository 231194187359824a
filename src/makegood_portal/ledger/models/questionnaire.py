"""Questionnaires from XLSForm, and what people answered, item by item."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from makegood_portal.ledger.models.programme import Programme
from makegood_portal.ledger.models.row import Code, Row
from makegood_portal.ledger.models.tied import Tied
from makegood_portal.ledger.models.user import User


class Questionnaire(Row):
    """One version of an instrument; a changed form is a new version."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="questionnaires")
    code = Code()
    title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    definition = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "code", "sha256"], name="questionnaire_version_once")]


class Response(Tied):
    """One filling-in of a questionnaire; it can be put down and taken up again."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="responses")
    state = Code(default="open", help_text="open, finished, abandoned")
    medium = Code(default="screen", help_text="screen, paper, talk")
    started_on = models.DateField()
    finished_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked = models.JSONField(default=list, help_text="the items that are asked, given the answers so far")
    at_item = Code(blank=True, help_text="where to go on")
    said_no = models.JSONField(
        default=dict, help_text="question about sharing -> day of the no that stood when this was opened again: it counts until finished"
    )
    version = models.PositiveIntegerField(default=1)
    # Counted by the database itself (`counting`), whatever changes the answers: a page of a hundred thousand files adds them up.
    asked_count = models.PositiveIntegerField(default=0, editable=False, help_text="questions that are asked")
    answered_count = models.PositiveIntegerField(default=0, editable=False, help_text="of these, with an answer or a reason")
    asked_closed = models.PositiveIntegerField(default=0, editable=False, help_text="of the questions, those not in own words")
    answered_closed = models.PositiveIntegerField(default=0, editable=False, help_text="of these, with an answer or a reason")
    given_count = models.PositiveIntegerField(default=0, editable=False, help_text="answers given to what is asked, of every source")

    class Meta:
        indexes = [models.Index(fields=["candidacy", "state"], name="responses_of_candidacy")]


class AnswerStatus(models.TextChoices):
    """Why there is a value, or why there is none."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    NOT_KNOWN = "not_known"
    ELSEWHERE = "measured_elsewhere"


COUNTED = ["status", "free_text"]


class Answer(Tied):
    """An answer of one source to one item, about one reference time."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="answers")
    item = Code()
    status = models.CharField(max_length=20, choices=AnswerStatus)
    value = models.JSONField(null=True, blank=True)
    free_text = models.BooleanField(default=False, help_text="written in own words: may name people, so evaluators do not see it")
    source = Code(help_text="self, counsellor, case_manager, file")
    reference_time = Code(help_text="before, in or after detention")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    happened_on = models.DateField()

    class Meta:
        constraints = [
            # What is counted over many answers stands in the indexes: the answers of one form lie all over the table.
            models.UniqueConstraint(fields=["response", "item", "source"], include=COUNTED, name="answer_once_a_source"),
            models.CheckConstraint(condition=Q(status__in=list(AnswerStatus)), name="answer_status_known"),
            models.CheckConstraint(condition=Q(status=AnswerStatus.GIVEN) ^ Q(value__isnull=True), name="a_given_answer_has_a_value"),
        ]
        indexes = [models.Index(fields=["candidacy", "item"], include=COUNTED, name="answers_of_candidacy")]
