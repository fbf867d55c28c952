"""Django's PostgreSQL backend, with one thing more: the connection carries the reach of the present viewer."""
