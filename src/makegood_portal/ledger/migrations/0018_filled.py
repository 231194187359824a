from django.db import migrations, models

# From now on triggers count, which are made after the migrations; what stands there already is counted here.
COUNT = """
WITH own AS (
  SELECT q.id, coalesce(array_agg(i.item ->> 'name') FILTER (WHERE i.item ->> 'kind' = 'text'), '{}') AS items
  FROM ledger_questionnaire q CROSS JOIN LATERAL jsonb_array_elements(q.definition -> 'items') AS i(item) GROUP BY q.id
), answered AS (
  SELECT r.id, count(DISTINCT a.item) AS whole, count(DISTINCT a.item) FILTER (WHERE a.item <> ALL (o.items)) AS closed
  FROM ledger_response r JOIN own o ON o.id = r.questionnaire_id LEFT JOIN ledger_answer a ON a.response_id = r.id AND r.asked ? a.item
  GROUP BY r.id
)
UPDATE ledger_response r SET asked_count = jsonb_array_length(r.asked), answered_count = n.whole, answered_closed = n.closed,
  asked_closed = (SELECT count(*) FROM jsonb_array_elements_text(r.asked) AS a(item) WHERE a.item <> ALL (o.items))
FROM answered n, own o WHERE n.id = r.id AND o.id = r.questionnaire_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0017_codes_of_the_file"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name="response", name=name, field=models.PositiveIntegerField(default=0, editable=False, help_text=text)
            )
            for name, text in (
                ("asked_count", "questions that are asked"),
                ("answered_count", "of these, with an answer or a reason"),
                ("asked_closed", "of the questions, those not in own words"),
                ("answered_closed", "of these, with an answer or a reason"),
            )
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
