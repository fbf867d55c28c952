"""Parts of ``./xaso bench assistant``."""
