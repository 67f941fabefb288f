import pytest

from app.features.engine import warm_up


@pytest.fixture(scope="session", autouse=True)
def _warm():
    """Compile or load every kernel once, before the first test."""
    warm_up()
