"""Pure rules of traceability: no Django, no database."""
