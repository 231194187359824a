"""Why another release date was recorded."""

from __future__ import annotations

from django.db import migrations

import makegood_portal.ledger.models.row


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0011_invitation"),
    ]

    operations = [
        migrations.AddField(
            model_name="releasedate",
            name="reason",
            field=makegood_portal.ledger.models.row.Code(
                blank=True, default="", help_text="why another date was recorded; empty where a list said so", max_length=64
            ),
            preserve_default=False,
        ),
    ]
