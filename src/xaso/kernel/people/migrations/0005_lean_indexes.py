"""Of each pair of indexes of people the one that is asked stays, under a name of its own; none is built anew."""

from django.db import migrations, models

ORDER, UNIT = "people_person_sort_key_816129ed", "people_person_unit_path_43a4e3d1"
LEAN = f"""
DROP INDEX {ORDER}_like;
ALTER INDEX {ORDER} RENAME TO person_sort;
DROP INDEX {UNIT};
ALTER INDEX {UNIT}_like RENAME TO person_unit;
"""
BACK = f"""
ALTER INDEX person_sort RENAME TO {ORDER};
CREATE INDEX {ORDER}_like ON people_person (sort_key varchar_pattern_ops);
ALTER INDEX person_unit RENAME TO {UNIT}_like;
CREATE INDEX {UNIT} ON people_person (unit_path);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_machine_client_ends")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(LEAN, BACK)],
            state_operations=[
                migrations.AlterField(
                    "person", "sort_key", models.CharField("khóa sắp xếp", max_length=200, blank=True)
                ),
                migrations.AlterField(
                    "person", "unit_path", models.CharField("nơi cư trú", max_length=120, blank=True)
                ),
                migrations.AddIndex("person", models.Index(fields=["sort_key"], name="person_sort")),
                migrations.AddIndex(
                    "person",
                    models.Index(
                        fields=["unit_path"], name="person_unit", opclasses=["varchar_pattern_ops"]
                    ),
                ),
            ],
        )
    ]
