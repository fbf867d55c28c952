"""The WSGI door for granian."""

import os

from django.core.wsgi import get_wsgi_application

from xaso.kernel.base import bound, reach
from xaso.kernel.plain.collecting import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xaso.site.settings")
application = get_wsgi_application()
reach.close_outside_requests()
bound.tell_at_start()
settle()
