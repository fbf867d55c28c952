"""Every guarded read of the room."""
