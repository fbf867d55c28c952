"""Static files of the installed product: hashed names, packed beforehand, imports between modules rewritten too."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Without the rewriting a module would be loaded twice, once under each name, and act twice."""

    support_js_module_import_aggregation = True
