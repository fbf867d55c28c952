"""Cases: anything somebody asked for that somebody must finish by a deadline."""
