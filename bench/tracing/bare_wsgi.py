"""The door of the bare page."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.tracing.bare"

from django.core.wsgi import get_wsgi_application  # noqa: E402 - the settings come first

application = get_wsgi_application()
