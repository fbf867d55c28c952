"""Directives and messages to hamlets and households."""
