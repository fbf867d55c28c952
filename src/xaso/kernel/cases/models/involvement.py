"""Which units ever had to do with a case, beside those its own row names. Written by the database itself."""

from __future__ import annotations

from django.db import models

from xaso.kernel.cases.models.case import Case


class CaseUnit(models.Model):
    """A unit that had a step of the case, held it, or was asked: by this row it may see the case.

    Kept by triggers on steps, questions and hand-overs, so that the policy of cases can ask without asking the
    guarded tables below it. Holds an id and a path, nothing of anybody.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    unit_path = models.CharField("đơn vị", max_length=120)

    class Meta:
        verbose_name = "đơn vị từng tham gia hồ sơ"
        constraints = [models.UniqueConstraint(fields=["case", "unit_path"], name="case_unit_once")]
