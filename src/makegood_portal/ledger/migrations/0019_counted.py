from django.db import migrations, models

# From now on a trigger counts, which is made after the migrations; what stands there already is counted here.
COUNT = """
UPDATE ledger_response r SET given_count = n.given FROM (
  SELECT r.id, count(*) AS given FROM ledger_response r JOIN ledger_answer a ON a.response_id = r.id
  WHERE a.status = 'given' AND r.asked ? a.item GROUP BY r.id
) n WHERE n.id = r.id
"""
COUNTED = ("status", "free_text")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0018_filled"),
    ]

    operations = [
        migrations.AddField(
            model_name="response",
            name="given_count",
            field=models.PositiveIntegerField(default=0, editable=False, help_text="answers given to what is asked, of every source"),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="answer", name="answer_once_a_source"),
        migrations.RemoveIndex(model_name="answer", name="answers_of_candidacy"),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(fields=["candidacy", "item"], include=COUNTED, name="answers_of_candidacy"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(fields=("response", "item", "source"), include=COUNTED, name="answer_once_a_source"),
        ),
    ]
