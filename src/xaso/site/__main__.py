"""The product's command line: ``python -m xaso.site <word> …``; ``./xaso`` passes its words here."""

from __future__ import annotations

import importlib
import os
import sys

# Words answered without setting up Django, so that they start at once.
LIGHT = {
    "due": "xaso.kernel.cases.cli",
    "pay": "xaso.kernel.plain.pay_cli",
    "passwords": "xaso.kernel.plain.passwords_cli",
    "onestop": "xaso.services.onestop.cli",
    "units": "xaso.kernel.units.cli",
    "trace": "xaso.kernel.plain.gs1.cli",
    "speak": "xaso.kernel.speech.cli",
    "backup": "xaso.site.keeping.cli.backup",
    "restore": "xaso.site.keeping.cli.restore",
    "drill": "xaso.site.keeping.cli.drill",
    "standby": "xaso.site.keeping.cli.standby",
    "log": "xaso.kernel.sealing.cli",
    "inner-tls": "xaso.site.inner.cli",
    "assistant": "xaso.services.assistant.cli",
}


# Words that make tables or save all of them: said by the owner of the tables, not by the role of the server.
OWNERS = {
    "migrate",
    "makemigrations",
    "sqlmigrate",
    "flush",
    "backup",
    "restore",
    "drill",
    "standby",
    "upgrade",
}


def main(arguments: list[str]) -> int:
    """Run one command; answers the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xaso.site.settings")
    if arguments and arguments[0] in OWNERS:
        os.environ.setdefault("XASO_AS_OWNER", "yes")
    if arguments and arguments[0] in LIGHT:
        module = importlib.import_module(LIGHT[arguments[0]])
        return int(module.main(arguments[1:]) or 0)
    from django.core.management import execute_from_command_line

    # Words are written with a dash, modules with an underscore.
    words = [arguments[0].replace("-", "_"), *arguments[1:]] if arguments else []
    execute_from_command_line(["xaso", *words])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
