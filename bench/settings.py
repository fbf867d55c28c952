"""The product's own settings with three pages more, for comparison: a bare insert, a bare row, a row in the shell."""

from xaso.site.settings import *  # noqa: F403 - the settings of the product, whole
from xaso.site.settings import INSTALLED_APPS, SOURCE, STORAGES, TEMPLATES

INSTALLED_APPS = [*INSTALLED_APPS, "bench.yardstick"]
ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["DIRS"] = [SOURCE.parent.parent / "bench" / "yardstick"]
# Names of files without their hashes: the bench needs no collected files.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
