"""Xã Số: open software for the digital work of Vietnamese communes."""

__version__ = "0.1.0"
