"""Writes of warnings."""
