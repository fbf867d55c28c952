"""The one error of this package."""


class DatabaseProblem(Exception):
    """The database cannot be used; the message says in plain words what to do."""
