"""One small table."""

from django.db import models

from xaso.kernel.base.models import Record


class Line(Record):
    """A row that a bare view inserts."""

    code = models.CharField("mã", max_length=60)
    title = models.CharField("tên", max_length=200)
    unit_path = models.CharField("đơn vị", max_length=120, db_index=True)

    class Meta:
        verbose_name = "dòng đo"
        app_label = "yardstick"
