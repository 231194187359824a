from typing import Any

from django.db import migrations, models

from makegood.programme.checking import check_terms
from makegood.programme.reading import agreement_from
from makegood.programme.yaml_text import parse_yaml_text
from makegood.values.problem import Refused


def fill(apps: Any, schema_editor: object) -> None:  # noqa: ARG001
    """Of forms that are open again now: the no that still stands in them. Only finishing and opening again count up their version."""
    for programme in apps.get_model("ledger", "Programme").objects.all():
        again = apps.get_model("ledger", "Response").objects.filter(candidacy__programme=programme, state="open", version__gt=1)
        newest = apps.get_model("ledger", "ProgrammeVersion").objects.filter(programme=programme).order_by("-recorded_at").first()
        if newest is None or not again.exists():
            continue
        try:
            agreement = agreement_from(parse_yaml_text(newest.text.encode(), file=programme.code), check=check_terms)
        except Refused:
            continue
        deliveries = [agreement.on(day).programme.delivery for day in agreement.versions()]
        items = {item for delivery in deliveries if delivery for one in delivery.instruments.values() for item in one.consents}
        for response in again:
            noes = response.answers.filter(item__in=items, value="no").values_list("item", "happened_on")
            response.said_no = {item: day.isoformat() for item, day in noes}
            response.save(update_fields=["said_no"])


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0021_prison_number"),
    ]

    operations = [
        migrations.AddField(
            model_name="response",
            name="said_no",
            field=models.JSONField(
                default=dict,
                help_text="question about sharing -> day of the no that stood when this was opened again: it counts until finished",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
