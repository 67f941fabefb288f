"""What training prints, from the metrics of a manifest."""

from pathlib import Path

from training.console import holdout_lines, profit_lines, training_lines
from training.train import TrainingResult

METRICS = {"auc": 0.75, "log_loss": 0.5, "brier": 0.2, "ece": 0.01, "top_decile_lift": 2.0}
TESTED = {
    "test": METRICS,
    "baseline_rfm_logistic": METRICS | {"auc": 0.7},
    "tested_horizon_days": 90,
    "tested_as_of": "2026-01-01T00:00:00Z",
}


def test_a_bundle_that_could_not_be_tested_says_why():
    (line,) = holdout_lines({})

    assert line == "Not tested: the history is too short for an out-of-time test."


def test_every_metric_stands_beside_that_of_the_baseline_and_says_how_to_read_it():
    title, heading, *rows, baseline = holdout_lines(TESTED)

    assert "learned from what was known before 2026-01-01, tested on the 90 days" in title
    assert heading.split() == ["bundle", "RFM", "logistic"]
    assert rows[0].split()[:3] == ["AUC", "0.7500", "0.7000"]
    assert rows[-1].split()[5:7] == ["2.00", "2.00"]
    assert all("is better" in row for row in rows)
    assert len(rows) == len(METRICS)
    assert baseline.startswith("RFM logistic is")


def test_profit_is_stated_only_where_tiers_go_by_value():
    shares = {"high": 0.1, "medium": 0.25, "low": 0.65}
    metrics = {"tier_shares": shares, "expected_profit": 12_345.6}

    assert profit_lines(TESTED, currency="EUR") == []
    assert profit_lines(metrics, currency="EUR") == [
        "Tiers by value: High 10.0%, Medium 25.0%, Low 65.0%. "
        "Contacting High and Medium once is expected to earn 12,346 EUR."
    ]
    assert profit_lines(metrics, currency=None)[0].endswith("12,346.")


def test_the_last_line_says_where_the_card_is():
    result = TrainingResult("a" * 16, {}, ())

    last = training_lines(result, Path("models"), currency=None)[-1]
    assert last == f"Bundle {'a' * 16} is written; its card is models/{'a' * 16}/card.md"
