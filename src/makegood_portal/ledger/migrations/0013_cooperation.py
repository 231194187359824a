"""Coordination with the municipality, help beside ours, contact moments; and usual care by year."""

from __future__ import annotations

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import makegood_portal.ledger.models.row


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0012_release_reason"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="municipalitydetails",
            name="usual_care",
        ),
        migrations.RemoveField(
            model_name="municipalitydetails",
            name="usual_care_year",
        ),
        migrations.CreateModel(
            name="ContactMoment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("kind", makegood_portal.ledger.models.row.Code(max_length=64)),
                ("minutes", models.PositiveSmallIntegerField()),
                (
                    "phase",
                    makegood_portal.ledger.models.row.Code(
                        help_text="a phase of the track in the programme file, or before_start", max_length=64
                    ),
                ),
                ("happened_on", models.DateField()),
                ("struck_on", models.DateField(help_text="the day on which it was taken out, since it was wrong", null=True)),
                ("candidacy", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.candidacy")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-happened_on", "-recorded_at"),
                "indexes": [models.Index(fields=["candidacy", "-happened_on"], name="moments_of_candidacy")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 1440)), name="a_contact_lasts_within_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Coordination",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("status", makegood_portal.ledger.models.row.Code(help_text="not_known, known, agreed", max_length=64)),
                (
                    "with_role",
                    makegood_portal.ledger.models.row.Code(
                        blank=True, help_text="the task of whoever was spoken with at the municipality; never a name", max_length=64
                    ),
                ),
                ("happened_on", models.DateField()),
                ("candidacy", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.candidacy")),
                (
                    "contact",
                    models.ForeignKey(
                        help_text="of the directory",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.municipalitycontact",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.organisation"),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-recorded_at",),
                "indexes": [models.Index(fields=["candidacy", "-recorded_at"], name="coordination_of_candidacy")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "agreed"), _negated=True),
                            models.Q(("with_role", ""), _negated=True),
                            ("contact__isnull", False),
                            _connector="OR",
                        ),
                        name="agreed_with_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "not_known"), ("municipality__isnull", False), _connector="OR"),
                        name="coordinated_with_a_municipality",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ParallelHelp",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("kind", makegood_portal.ledger.models.row.Code(max_length=64)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(help_text="the first day without it; empty: it goes on", null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("candidacy", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.candidacy")),
                (
                    "programme",
                    models.ForeignKey(
                        help_text="of the municipality",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.localprogramme",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-from_on", "recorded_at"),
                "indexes": [models.Index(fields=["candidacy"], name="parallel_help_of_candidacy")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until_on", None), ("until_on__gte", models.F("from_on")), _connector="OR"),
                        name="help_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsualCare",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("year", models.PositiveSmallIntegerField()),
                ("kinds", models.JSONField(default=list, help_text="codes of what is offered; none or not_known stand alone")),
                ("source", makegood_portal.ledger.models.row.Code(help_text="who or what says so", max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "municipality",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="usual_care", to="ledger.organisation"),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-year",),
                "constraints": [models.UniqueConstraint(fields=("municipality", "year"), name="usual_care_once_a_year")],
            },
        ),
    ]
