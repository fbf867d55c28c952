"""The WSGI door for granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from xaso.kernel.base import bound, reach

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xaso.site.settings")
application = get_wsgi_application()
reach.close_outside_requests()
bound.tell_at_start()
# What was loaded until here stays for good: the collector need not look at it again and again.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
