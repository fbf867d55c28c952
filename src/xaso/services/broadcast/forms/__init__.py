"""Forms of the radio officer's desk and of its public pages."""
