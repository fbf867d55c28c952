"""Truy xuất nguồn gốc."""
