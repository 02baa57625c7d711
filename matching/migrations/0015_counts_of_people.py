from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0014_changes_that_bring_most'),
    ]

    operations = [
        migrations.CreateModel(
            name='CountOfPeople',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(unique=True)),
                ('looked_at', models.DateTimeField()),
                ('counted_at', models.DateTimeField(blank=True, null=True)),
                ('tables', models.JSONField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'count of people',
                'verbose_name_plural': 'counts of people',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('counted_at__isnull', True), ('tables__isnull', True)), models.Q(('counted_at__isnull', False), ('tables__isnull', False)), _connector='OR'), name='count_has_its_time')],
            },
        ),
    ]
