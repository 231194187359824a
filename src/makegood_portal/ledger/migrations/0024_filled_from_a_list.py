from django.db import migrations, models

OUTCOMES = [("new", "New"), ("changed", "Changed"), ("filled", "Filled"), ("unchanged", "Unchanged"), ("refused", "Refused")]


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0023_withdrawn_because"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="importrow", name="row_outcome_known"),
        migrations.AlterField(model_name="importrow", name="outcome", field=models.CharField(choices=OUTCOMES, max_length=16)),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", [code for code, _name in OUTCOMES])), name="row_outcome_known"
            ),
        ),
    ]
