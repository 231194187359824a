import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0020_with_head_office"),
    ]

    operations = [
        migrations.CreateModel(
            name="PrisonNumber",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("number", models.CharField(max_length=100)),
                (
                    "candidacy",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="prison_number", to="ledger.candidacy"),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("number"), "gin_trgm_ops"),
                        name="prisonnumber_within_number",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("number", ""), _negated=True), name="a_prison_number_is_not_empty")
                ],
            },
        ),
    ]
