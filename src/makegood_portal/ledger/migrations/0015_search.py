import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0014_way"),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name="identity",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("family_name"), "gin_trgm_ops"),
                name="identity_within_family_name",
            ),
        ),
        migrations.AddIndex(
            model_name="identity",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("given_names"), "gin_trgm_ops"),
                name="identity_within_given_names",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("pseudonym", "gin_trgm_ops"), name="person_within_pseudonym"
            ),
        ),
    ]
