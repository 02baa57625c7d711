import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

STATES = [
    ("queued", "queued"),
    ("packing", "packing"),
    ("scoring", "scoring"),
    ("merging", "allocating"),
    ("advising", "looking for advice"),
    ("done", "done"),
    ("failed", "failed"),
]
OPEN = ["advising", "merging", "packing", "queued", "scoring"]


class Migration(migrations.Migration):
    dependencies = [("matching", "0010_names_for_administrators")]

    operations = [
        migrations.CreateModel(
            name="PartySnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(blank=True, max_length=64)),
                ("frame", models.JSONField()),
                ("as_of", models.DateTimeField()),
                ("parties_count", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ready_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "snapshot of participants",
                "verbose_name_plural": "snapshots of participants",
            },
        ),
        migrations.CreateModel(
            name="SnapshotPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("parties_count", models.PositiveIntegerField()),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="matching.partysnapshot",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="snapshotpart",
            constraint=models.UniqueConstraint(fields=("snapshot", "number"), name="snapshot_part_once"),
        ),
        migrations.CreateModel(
            name="RunInputs",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("needs", models.BinaryField()),
                ("minutes", models.BinaryField()),
                ("overlay", models.BinaryField()),
                ("replaced", models.BinaryField()),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inputs",
                        to="matching.matchrun",
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="matchrun", name="run_state"),
        migrations.RemoveConstraint(model_name="matchrun", name="one_open_run_per_scope"),
        migrations.RemoveConstraint(model_name="runshard", name="shard_once"),
        migrations.AlterField(
            model_name="matchrun",
            name="state",
            field=models.CharField(choices=STATES, default="queued", max_length=12),
        ),
        migrations.AddField(
            model_name="matchrun",
            name="snapshot",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="runs",
                to="matching.partysnapshot",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", [state for state, _ in STATES])), name="run_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", OPEN)), fields=("scope",), name="one_open_run_per_scope"
            ),
        ),
        migrations.RenameField(model_name="runshard", old_name="first_block", new_name="first"),
        migrations.RenameField(model_name="runshard", old_name="end_block", new_name="end"),
        migrations.AlterField(model_name="runshard", name="first", field=models.PositiveBigIntegerField()),
        migrations.AlterField(model_name="runshard", name="end", field=models.PositiveBigIntegerField()),
        migrations.AddField(
            model_name="runshard",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pack", "pack participants"),
                    ("score", "score"),
                    ("advise", "find why a need finds too few"),
                ],
                default="score",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="runshard",
            constraint=models.UniqueConstraint(fields=("run", "kind", "number"), name="shard_once"),
        ),
    ]
