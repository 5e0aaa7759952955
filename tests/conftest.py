"""Settings shared by all tests."""

from hypothesis import settings

# No deadlines: the machine may be busy. The same examples on every run, so that a red build stays red.
settings.register_profile("default", deadline=None, derandomize=True)
settings.load_profile("default")
