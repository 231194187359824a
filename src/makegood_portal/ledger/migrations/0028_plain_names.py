"""Names are found without their accents too: `ledger_plain`, and the indexes of letters in the middle of a name by it.

The function stands here and not with the others, since the indexes need it; all in it is named in full, since a restored
backup makes the indexes while no schema is searched.
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

import makegood_portal.ledger.models.identity

PLAIN = """
CREATE OR REPLACE FUNCTION ledger_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT upper(public.unaccent('public.unaccent'::regdictionary, normalize(said, NFC))) $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0027_first_line"),
    ]

    operations = [
        UnaccentExtension(),
        migrations.RunSQL(PLAIN, "DROP FUNCTION IF EXISTS ledger_plain(text)"),
        migrations.RemoveIndex(model_name="identity", name="identity_within_family_name"),
        migrations.RemoveIndex(model_name="identity", name="identity_within_given_names"),
        migrations.AddIndex(
            model_name="identity",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(makegood_portal.ledger.models.identity.Plain("family_name"), name="gin_trgm_ops"),
                name="identity_like_family_name",
            ),
        ),
        migrations.AddIndex(
            model_name="identity",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(makegood_portal.ledger.models.identity.Plain("given_names"), name="gin_trgm_ops"),
                name="identity_like_given_names",
            ),
        ),
    ]
