"""The one family of errors a user can cause; the runner prints them without a traceback."""

from __future__ import annotations


class UserError(Exception):
    """Something the user must fix: the message names file, field, expectation and next step."""


class TableError(UserError):
    """A table breaks its schema; the message names file, column, expectation and the first bad rows."""


class ParamsError(UserError):
    """params.yaml does not fit; the message lists every error at once."""
