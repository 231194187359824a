from django.db import migrations

import makegood_portal.ledger.models.row


class Migration(migrations.Migration):
    # Why a request of before was withdrawn stands in its history alone, under the key of the person: here it stays empty.
    dependencies = [
        ("ledger", "0022_said_no"),
    ]

    operations = [
        migrations.AddField(
            model_name="permissionrequest",
            name="withdrawn_because",
            field=makegood_portal.ledger.models.row.Code(
                blank=True, help_text="another_granted, consent_withdrawn; empty where somebody withdrew it", max_length=64
            ),
        ),
    ]
