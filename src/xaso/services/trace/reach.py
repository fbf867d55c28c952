"""Conditions of the second wall that only this room knows: rows of the enterprises in which the viewer sits."""

from __future__ import annotations

MINE = "enterprise_id = ANY ((SELECT trace_enterprises())::uuid[])"
BELOW = (
    "EXISTS (SELECT 1 FROM trace_enterprise up WHERE up.id = enterprise_id"
    " AND up.unit_path ^@ ANY ((SELECT xaso_paths())::text[]) OFFSET 0)"
)

# Seats are asked for themselves by their own policy (the viewer's person), so the function needs no wider reach.
ENTERPRISES = """
CREATE FUNCTION trace_enterprises() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(array_agg(enterprise_id), '{}') FROM trace_seat
          WHERE person_id = (SELECT xaso_person()) AND ended_at IS NULL);
END $$
"""
NO_ENTERPRISES = "DROP FUNCTION trace_enterprises()"
