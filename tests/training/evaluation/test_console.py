"""What an evaluation and a comparison print."""

from tests.training.evaluation.bundles import AS_OF, Opinion, bundle, log, silent
from training.evaluation.compare import compare
from training.evaluation.console import comparison_lines, comparison_title, evaluation_lines
from training.evaluation.evaluate import evaluate

GOOD = bundle(Opinion(-2.2, 6.0), name="a" * 16)
NOISY = bundle(Opinion(-2.2, 6.0, noise=4.0), name="b" * 16)


def test_every_metric_has_an_interval_a_baseline_and_how_to_read_it():
    found = evaluate(log(), GOOD, as_of=AS_OF, on_progress=silent)

    title, heading, *rows, baseline, verdict = evaluation_lines(found)

    assert title.startswith(f"Bundle {'a' * 16} as of 2026-04-01")
    assert "30 days after" in title
    assert "95 % interval" in heading
    assert len(rows) == 5
    assert all(" to " in row and "is better" in row for row in rows)
    assert baseline.startswith("RFM logistic is")
    assert verdict == "The card holds no test to compare with."


def test_a_comparison_says_who_moves_and_which_bundle_is_better():
    found = compare(log(), GOOD, NOISY, as_of=AS_OF, on_progress=silent)

    moved, verdict = comparison_lines(found)

    assert "predictions as of 2026-04-01" in comparison_title(found)
    assert "of 120 customers are in another tier by B than by A" in moved
    assert verdict.startswith(
        f"A ({'a' * 16}) is better: the log loss of B differs from that of A by +"
    )
