"""What all answers of a call share: warnings, and whether anything behind them is too old."""

from datetime import UTC, datetime, timedelta

import pytest

from app.bundle.opening import open_promoted
from app.domain.moments import from_micros
from app.playbook.read import read_playbook
from app.use_cases.scores.context import answer_context, is_stale
from tests.bundles import put_bundle_into_service
from tests.strategies import AS_OF

MOMENT = from_micros(AS_OF)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models)
    return open_promoted(models)


@pytest.fixture(scope="module")
def playbook():
    return read_playbook()


@pytest.mark.parametrize(
    ("bundle_days", "log_days", "stale"),
    [(180, None, False), (180.1, None, True), (1, 7, False), (1, 7.1, True), (-30, 0, False)],
)
def test_an_answer_is_stale_when_its_bundle_or_its_log_is_too_old(bundle_days, log_days, stale):
    as_of = datetime(2026, 11, 22, tzinfo=UTC)
    log_until = None if log_days is None else as_of - timedelta(days=log_days)

    assert stale is is_stale(
        as_of, trained_until=as_of - timedelta(days=bundle_days), log_until=log_until
    )


def test_what_is_too_old_is_said_in_every_answer(bundle, playbook):
    silent = answer_context(bundle, playbook, as_of=MOMENT, log_until=MOMENT - timedelta(days=30))
    lively = answer_context(bundle, playbook, as_of=MOMENT, log_until=MOMENT)

    assert [warning.code for warning in silent.warnings] == ["stale", "hindsight"]
    assert len(silent.warnings) == len(lively.warnings) + 1
    assert "whether the feed has stopped" in silent.warnings[0].text


def test_as_of_a_moment_that_the_bundle_learned_from_no_answer_is_called_a_prediction(
    bundle, playbook
):
    until = bundle.manifest.facts.trained_until
    codes = [
        [
            warning.code
            for warning in answer_context(bundle, playbook, as_of=until - earlier).warnings
        ]
        for earlier in (timedelta(0), timedelta(microseconds=1))
    ]
    assert codes == [[], ["hindsight"]]
