"""Where the bytes lie: one contract, two back ends (this machine's disk, any S3 object store)."""

from __future__ import annotations

import functools
from pathlib import Path

from xaso.kernel.documents.config import config
from xaso.kernel.documents.store.base import CHUNK, Damaged, Missing, Store, key_of
from xaso.kernel.documents.store.disk import DiskStore

__all__ = ["CHUNK", "Damaged", "Missing", "Store", "key_of", "store"]


@functools.lru_cache(maxsize=4)
def _store(s3_url: str, folder: str) -> Store:
    if s3_url:
        from xaso.kernel.documents.store.s3 import S3Store  # boto3 costs a third of a second; only when used

        return S3Store.from_url(s3_url)
    return DiskStore(Path(folder))


def store() -> Store:
    """The store that the settings name."""
    settings = config()
    return _store(settings.s3_url, str(settings.files_dir))
