from django.db import migrations, models


def to_changes(apps, schema_editor):
    NeedDiagnosis = apps.get_model("matching", "NeedDiagnosis")
    for row in NeedDiagnosis.objects.exclude(best_change="").iterator():
        row.changes = [{"code": row.best_change, "brings": row.best_change_brings, "detail": {}}]
        row.save(update_fields=["changes"])


def to_best_change(apps, schema_editor):
    NeedDiagnosis = apps.get_model("matching", "NeedDiagnosis")
    for row in NeedDiagnosis.objects.exclude(changes=[]).iterator():
        row.best_change, row.best_change_brings = row.changes[0]["code"], row.changes[0]["brings"]
        row.save(update_fields=["best_change", "best_change_brings"])


class Migration(migrations.Migration):
    dependencies = [("matching", "0013_runs_can_be_cancelled")]

    operations = [
        migrations.AddField(
            model_name="needdiagnosis", name="changes", field=models.JSONField(default=list)
        ),
        migrations.AddField(
            model_name="needdiagnosis", name="finds_enough", field=models.BooleanField(default=False)
        ),
        migrations.RunPython(to_changes, to_best_change),
        migrations.RemoveField(model_name="needdiagnosis", name="best_change"),
        migrations.RemoveField(model_name="needdiagnosis", name="best_change_brings"),
    ]
