"""Importers: each answers documents that can be kept, and what it set aside with a reason."""
