"""Truyền thanh cơ sở."""
