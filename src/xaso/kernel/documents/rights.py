"""Codes of the rights of this area; what they are called and who has them stands in the manifest."""

SIGN = "documents.sign"
SEAL = "documents.seal"
REVOKE = "documents.revoke"
TEMPLATES = "documents.templates"
KEYS = "documents.keys"
QUARANTINE = "documents.quarantine"
