from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_party_site")]

    operations = [
        migrations.RemoveConstraint(model_name="breakglass", name="broken_glass_has_a_reason"),
        migrations.RemoveField(model_name="breakglass", name="reason"),
        migrations.AddField(
            model_name="breakglass",
            name="sealed",
            field=models.BinaryField(default=b"", help_text="the reason, encrypted with the key of the person"),
            preserve_default=False,
        ),
    ]
