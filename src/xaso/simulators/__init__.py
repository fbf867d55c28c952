"""Simulators of the outside systems: one small process, standard library and httpx, no Django, no services.

They answer as the real ones do, errors included, so that a trial installation and the tests need no contract
with anybody. Each page carries a banner that says so.
"""
