"""Coordination, release dates and usual care have the codes of the programme file; usual care is recorded for a programme.

What was recorded before holds for each programme to which the municipality is party or in which it has candidates.
"""

from __future__ import annotations

import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import makegood_portal.ledger.models.row


def give_a_programme(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001
    """Usual care that was recorded for all programmes alike stands with each of them."""
    party, candidacy, care = (apps.get_model("ledger", name) for name in ("Party", "Candidacy", "UsualCare"))
    everything = list(apps.get_model("ledger", "Programme").objects.values_list("pk", flat=True))
    for row in care.objects.filter(programme=None):
        found = {*party.objects.filter(organisation=row.municipality_id).values_list("programme", flat=True)}
        found |= {*candidacy.objects.filter(municipality=row.municipality_id).values_list("programme", flat=True).distinct()}
        first, *others = sorted(found) or everything
        care.objects.filter(pk=row.pk).update(programme=first)
        for programme in others:
            row.pk, row.programme_id = uuid.uuid4(), programme
            row.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0016_fewer_indexes"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="coordination", name="agreed_with_somebody"),
        migrations.RemoveConstraint(model_name="coordination", name="coordinated_with_a_municipality"),
        migrations.RemoveConstraint(model_name="usualcare", name="usual_care_once_a_year"),
        migrations.AddField(
            model_name="coordination",
            name="stage",
            field=makegood_portal.ledger.models.row.Code(
                default="not_known", help_text="what it meant in the programme file on that day: not_known, known, agreed", max_length=64
            ),
            preserve_default=False,
        ),
        # Until now the status was what it meant. The table is append-only: its trigger refuses an UPDATE, and rightly.
        migrations.RunSQL(
            "ALTER TABLE ledger_coordination ALTER COLUMN stage TYPE varchar(64) USING status", reverse_sql=migrations.RunSQL.noop
        ),
        migrations.AddField(
            model_name="usualcare",
            name="programme",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.programme"),
        ),
        migrations.RunPython(give_a_programme, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", reverse_sql=migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="usualcare",
            name="programme",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.programme"),
        ),
        migrations.AlterField(
            model_name="coordination",
            name="status",
            field=makegood_portal.ledger.models.row.Code(help_text="a code of the programme file", max_length=64),
        ),
        migrations.AlterField(
            model_name="releasedate",
            name="reason",
            field=makegood_portal.ledger.models.row.Code(
                blank=True,
                help_text="a code of the programme file: why another date was recorded; empty where a list said so",
                max_length=64,
            ),
        ),
        migrations.AlterField(
            model_name="releasedate",
            name="source",
            field=makegood_portal.ledger.models.row.Code(
                help_text="a code of the programme file; `gross_list`: a monthly list said so", max_length=64
            ),
        ),
        migrations.AlterField(
            model_name="usualcare",
            name="kinds",
            field=models.JSONField(default=list, help_text="codes of the programme file"),
        ),
        migrations.AlterField(
            model_name="usualcare",
            name="source",
            field=makegood_portal.ledger.models.row.Code(help_text="a code of the programme file: who or what says so", max_length=64),
        ),
        migrations.AddConstraint(
            model_name="coordination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "agreed"), _negated=True),
                    models.Q(("with_role", ""), _negated=True),
                    ("contact__isnull", False),
                    _connector="OR",
                ),
                name="agreed_with_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="coordination",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage", "not_known"), ("municipality__isnull", False), _connector="OR"),
                name="coordinated_with_a_municipality",
            ),
        ),
        migrations.AddConstraint(
            model_name="coordination",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["not_known", "known", "agreed"])), name="coordination_has_a_stage"
            ),
        ),
        migrations.AddConstraint(
            model_name="usualcare",
            constraint=models.UniqueConstraint(fields=("municipality", "programme", "year"), name="usual_care_once_a_year"),
        ),
    ]
