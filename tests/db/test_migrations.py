"""The migrations lead to the tables of app.db.tables, on both databases, and back."""

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from pytest_alembic import Config as AlembicTestConfig
from pytest_alembic.tests import (
    test_model_definitions_match_ddl,
    test_single_head_revision,
    test_up_down_consistency,
    test_upgrade,
)

from app.db.connect import connect
from app.db.migrate import MIGRATIONS
from app.db.tables import MIGRATED_TO

__all__ = [
    "test_model_definitions_match_ddl",
    "test_single_head_revision",
    "test_up_down_consistency",
    "test_upgrade",
]


@pytest.fixture
def alembic_config():
    return AlembicTestConfig(config_options={"script_location": str(MIGRATIONS)})


@pytest.fixture(params=["sqlite", "postgresql"])
def alembic_engine(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'migrations.db'}"
    else:
        url = request.getfixturevalue("empty_postgres_url")
    engine = connect(url)
    yield engine
    engine.dispose()


def test_the_service_waits_for_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_current_head() == MIGRATED_TO
