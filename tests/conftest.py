"""Settings of all tests: hypothesis draws the same examples in every run, and no test watches the clock."""

from hypothesis import settings

settings.register_profile("same every time", derandomize=True, deadline=None, max_examples=150, database=None)
settings.load_profile("same every time")
