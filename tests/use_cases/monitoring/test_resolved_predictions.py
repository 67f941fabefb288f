from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.scores.stored import Rescoring
from app.use_cases.monitoring.resolved_predictions import (
    N_MONTHS,
    PredictionTerms,
    resolve_predictions,
)

CUT_OFF = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = datetime(2026, 2, 1, tzinfo=UTC)
CLOSES = ASKED + timedelta(days=90)
DAY = timedelta(days=1)
TERMS = {"b": PredictionTerms(ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90), CUT_OFF)}


def asked(as_of=ASKED, *, job_id="j", bundle_id="b"):
    return Rescoring(job_id, bundle_id, as_of)


def found(*rescorings, as_of=CLOSES, log_until=CLOSES):
    return resolve_predictions(rescorings, TERMS, bundle_id="b", as_of=as_of, log_until=log_until)


def test_a_horizon_counts_from_the_moment_it_closes():
    assert found(asked()).by_month == {("2026-02", "b"): (asked(),)}
    assert found(asked(), as_of=CLOSES - timedelta(microseconds=1)).by_month == {}


def test_before_the_first_horizon_closes_the_day_is_named():
    pending = found(asked(), as_of=CLOSES - DAY).pending

    assert pending == "The first horizon of this bundle closes at 2026-05-02T00:00:00Z."


@pytest.mark.parametrize("log_until", [None, CLOSES - 2 * DAY])
def test_a_log_that_does_not_reach_the_end_is_no_evidence_of_silence(log_until):
    result = found(asked(), as_of=CLOSES + 9 * DAY, log_until=log_until)

    assert result.by_month == {}
    assert "Import what has happened since" in result.pending


def test_a_quiet_day_at_the_end_of_the_log_is_forgiven():
    assert found(asked(), log_until=CLOSES - DAY).by_month


def test_without_stored_scores_the_text_says_how_to_store_them():
    assert "holdfast rescore" in found().pending


def test_answers_as_of_before_the_cut_off_are_no_predictions():
    early = found(asked(CUT_OFF - timedelta(microseconds=1)))

    assert early.by_month == {}
    assert "not predictions" in early.pending
    assert early.excluded[0].startswith("1 rescoring with bundle b as of moments before 2026-01-01")
    assert found(asked(CUT_OFF)).by_month


def test_bundles_that_are_not_on_the_shelf_are_named_and_not_counted():
    gone = found(asked(bundle_id="gone"), asked(bundle_id="gone"))

    assert gone.by_month == {}
    assert gone.excluded == ("2 rescorings with bundle gone, which is no longer on the shelf",)


def test_months_are_those_of_utc_whatever_the_zone():
    in_berlin = datetime(2026, 2, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))

    months = found(asked(in_berlin), asked(ASKED - timedelta(microseconds=1)), asked()).by_month

    assert {month: len(each) for (month, _), each in months.items()} == {"2026-01": 2, "2026-02": 1}


def test_only_the_newest_months_are_looked_at():
    asked_for_long = [asked(ASKED + timedelta(days=31 * i)) for i in range(N_MONTHS + 6)]
    later = ASKED + timedelta(days=2000)

    months = found(*asked_for_long, as_of=later, log_until=later).by_month

    assert len(months) == N_MONTHS
    assert ("2026-02", "b") not in months
