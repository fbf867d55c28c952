"""Tables of documents: files, papers with versions and signatures, templates, keys, number books."""

from __future__ import annotations

from xaso.kernel.documents.models.files import CheckAttempt, File, HeldFile, Upload, UploadPiece
from xaso.kernel.documents.models.keys import SigningKey
from xaso.kernel.documents.models.papers import Document, DocumentVersion, NumberBook, Signature
from xaso.kernel.documents.models.templates import PaperTemplate

__all__ = [
    "CheckAttempt",
    "Document",
    "DocumentVersion",
    "File",
    "HeldFile",
    "NumberBook",
    "PaperTemplate",
    "Signature",
    "SigningKey",
    "Upload",
    "UploadPiece",
]
