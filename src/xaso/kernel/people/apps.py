from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class PeopleConfig(AppConfig):
    name = "xaso.kernel.people"
    label = "people"
    verbose_name = "Người và quyền"

    def ready(self) -> None:
        from xaso.kernel.people.sessions import stamp_sign_in

        user_logged_in.connect(stamp_sign_in, dispatch_uid="people.sessions")
