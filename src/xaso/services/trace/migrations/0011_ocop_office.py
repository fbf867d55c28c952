"""The office of a province that deals with OCOP sees the dossiers it deals with, and their products."""

from django.db import migrations, models

import xaso.kernel.plain.ids
import xaso.kernel.plain.moment
from xaso.kernel.base.policies import also_changes, also_sees, under

THEIRS = under("province_path")
PUT_FORWARD = "EXISTS (SELECT 1 FROM trace_ocopdossier up WHERE up.product_id = trace_product.id OFFSET 0)"


class Migration(migrations.Migration):
    dependencies = [("trace", "0010_recall_walk")]

    operations = [
        migrations.CreateModel(
            name="OcopOffice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xaso.kernel.plain.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="mã",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=xaso.kernel.plain.moment.now, editable=False, verbose_name="lập lúc"
                    ),
                ),
                ("province_path", models.CharField(max_length=12, unique=True, verbose_name="tỉnh")),
                ("unit_path", models.CharField(max_length=120, verbose_name="cơ quan")),
            ],
            options={"verbose_name": "cơ quan OCOP của tỉnh"},
        ),
        migrations.AddField(
            model_name="ocopdossier",
            name="province_path",
            field=models.CharField(
                db_index=True, default="", max_length=120, verbose_name="cơ quan của tỉnh"
            ),
            preserve_default=False,
        ),
        also_sees("trace_ocopdossier", THEIRS, name="ocop_office"),
        also_changes("trace_ocopdossier", THEIRS, name="ocop_office"),
        also_sees("trace_product", PUT_FORWARD, name="ocop_product"),
    ]
