import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0024_filled_from_a_list"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="shown",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                help_text="candidacies that stood together on a list; empty but for `list`",
                null=True,
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("shown__isnull", False)), fields=["shown"], name="audit_shown"
            ),
        ),
    ]
