"""For all tests: a lost test database costs nothing, so commits need not wait for the disk."""

import os

os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")
