"""Reads of commune radio, room by room."""
