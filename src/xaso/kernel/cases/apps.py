from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "xaso.kernel.cases"
    label = "cases"
    verbose_name = "Hồ sơ"

    def ready(self) -> None:
        post_migrate.connect(_seed, sender=self)


def _seed(**_: object) -> None:
    """The shipped calendar is rows: what is missing is put in after each migrate, changed rows stay."""
    from xaso.kernel.cases import plans
    from xaso.kernel.cases.calendars import put_in_shipped_rows

    plans.forget()
    put_in_shipped_rows()
