"""The parts of `bench/onestop.py`."""
