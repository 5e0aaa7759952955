"""The one error a user of the flows can cause."""


class BuildError(Exception):
    """Something the user can put right; the message says what and how."""
