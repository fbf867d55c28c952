"""A hostile client against a running server: whatever it tries must fail, and nothing may break."""
