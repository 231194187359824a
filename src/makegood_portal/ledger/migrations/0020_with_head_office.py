from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import migrations

import makegood_portal.ledger.models.row
from makegood.programme.checking import check_terms
from makegood.programme.reading import agreement_from
from makegood.programme.yaml_text import parse_yaml_text
from makegood.values.problem import Refused
from makegood_portal.ledger.terms import steps_with_head_office


def fill(apps: Any, schema_editor: object) -> None:  # noqa: ARG001
    """From the terms as loaded last. Of a text that is refused by now nothing is filled in: loading a newer one does."""
    for programme in apps.get_model("ledger", "Programme").objects.all():
        newest = apps.get_model("ledger", "ProgrammeVersion").objects.filter(programme=programme).order_by("-recorded_at").first()
        if newest is None:
            continue
        try:
            agreement = agreement_from(parse_yaml_text(newest.text.encode(), file=programme.code), check=check_terms)
            programme.with_head_office = steps_with_head_office(agreement)
        except Refused:
            continue
        programme.save(update_fields=["with_head_office"])


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0019_counted"),
    ]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="with_head_office",
            field=ArrayField(
                base_field=makegood_portal.ledger.models.row.Code(max_length=64),
                blank=True,
                default=list,
                editable=False,
                help_text="steps at which the head office may write: those in which it acts by the programme file, and the one after",
                size=None,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
