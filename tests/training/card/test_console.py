"""What training prints, from the figures that it hands over."""

from training.card.console import holdout_lines, profit_lines

FIGURES = {"auc": 0.75, "log_loss": 0.5, "brier": 0.2, "ece": 0.01, "top_decile_lift": 2.0}
TESTED = {
    "test": FIGURES,
    "baseline_rfm_logistic": FIGURES | {"auc": 0.7},
    "tested_horizon_days": 90,
    "tested_as_of": "2026-01-01",
}


def test_a_bundle_that_could_not_be_tested_says_why():
    (line,) = holdout_lines({})

    assert line == "Not tested: the history is too short to hold a label window out."


def test_every_figure_stands_beside_that_of_the_baseline():
    title, heading, *rows = holdout_lines(TESTED)

    assert title == "Tested on what happened in the 90 days from 2026-01-01"
    assert heading.split() == ["bundle", "RFM", "logistic"]
    assert rows[0].split() == ["AUC", "0.7500", "0.7000"]
    assert rows[-1].split()[-2:] == ["2.00", "2.00"]
    assert len(rows) == len(FIGURES)


def test_profit_is_told_where_tiers_go_by_value_alone():
    shares = {"high": 0.1, "medium": 0.25, "low": 0.65}

    assert profit_lines(TESTED) == []
    assert profit_lines({"tier_shares": shares, "expected_profit": 12_345.6}) == [
        "High 10.0%, Medium 25.0%, Low 65.0%; "
        "contacting High and Medium once is expected to earn 12,346"
    ]
