"""The package twice in one process, for the tests that compare."""

import pytest
import two_engines


@pytest.fixture(scope="session")
def engines():
    """The engine with the native core, and the one without."""
    return two_engines.both()
