"""Documents: files known by their SHA-256, versions, templates, signatures and public verification."""
