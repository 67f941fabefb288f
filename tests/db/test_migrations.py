"""The migrations lead to the tables of app.db.tables, on both databases, and back."""

from datetime import UTC, datetime, timedelta

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

from app.db.connections.connect import connect
from app.db.log import histories
from app.db.log.packing import pack_activity
from app.db.log.reading import Reader
from app.db.log.writing import insert_activity
from app.db.migrate import MIGRATIONS
from app.db.tables import MIGRATED_TO
from app.domain.activity import Activity
from app.domain.moments import to_micros

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


def test_histories_survive_the_migration_of_their_format_and_back(alembic_runner, alembic_engine):
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    events = [
        Activity(f"e-{n}", f"c-{n % 2}", noon - timedelta(days=n), noon, "login") for n in range(5)
    ]
    rows = [
        {
            "event_id": each.event_id,
            "customer_id": each.customer_id,
            "occurred_at": to_micros(each.occurred_at),
            "received_at": to_micros(noon),
            "type": each.type,
            "packed": pack_activity(
                each, occurred_at=to_micros(each.occurred_at), received_at=to_micros(noon)
            ),
        }
        for each in events
    ]
    alembic_runner.migrate_up_to("0007")
    alembic_runner.insert_into("customers", [{"customer_id": "c-0"}, {"customer_id": "c-1"}])
    alembic_runner.insert_into("activity", rows)

    def n_events() -> list[int]:
        found = histories.fetch_history(
            Reader(alembic_engine), ["c-0", "c-1"], as_of=noon + timedelta(days=1), currency=None
        )
        return [found.part(i, i + 1).n_events for i in range(2)]

    alembic_runner.migrate_up_to("head")
    assert n_events() == [3, 2]
    with alembic_engine.begin() as connection:
        packed = rows[0]["packed"]
        new = ("e-9", "c-1", to_micros(noon), to_micros(noon), "login", *[None] * 5, packed)
        insert_activity(connection, [new])
    assert n_events() == [3, 3]
    alembic_runner.migrate_down_to("0007")
    alembic_runner.migrate_up_to("head")
    assert n_events() == [3, 3]
