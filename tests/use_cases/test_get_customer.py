from datetime import UTC, datetime, timedelta

import pytest

from app.use_cases.get_customer import lifecycle_stage

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def days_ago(days):
    return None if days is None else NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("started", "last", "stage"),
    [
        (None, None, "new"),
        (30, None, "new"),
        (30, 1, "new"),
        (400, 30, "active"),
        (400, 31, "at_risk"),
        (400, 60, "at_risk"),
        (400, 61, "dormant"),
        (400, 120, "dormant"),
        (400, 121, "lost"),
        (45, None, "at_risk"),
        (400, None, "lost"),
    ],
)
def test_the_stage_of_life_follows_the_days_of_silence(started, last, stage):
    found = lifecycle_stage(
        started_at=days_ago(started), last_activity_at=days_ago(last), as_of=NOW
    )

    assert found == stage
