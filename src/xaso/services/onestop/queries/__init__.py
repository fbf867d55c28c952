"""Every guarded read of the one-stop shop; each takes the viewer."""
