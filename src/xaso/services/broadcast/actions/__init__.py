"""Writes of commune radio, room by room."""
