import json
from dataclasses import replace

import pytest

from app.documents.html import render_html
from app.domain.errors import EvaluationRefused
from tests.pages import parsed
from tests.training.evaluation.bundles import AS_OF, CHURN, Opinion, bundle, log, silent
from training.evaluation.compare import compare
from training.evaluation.comparison_document import document_of, verdict_of
from training.evaluation.files import write_files

GOOD = bundle(Opinion(-2.2, 6.0), name="a" * 16)
NOISY = bundle(Opinion(-2.2, 6.0, noise=4.0), name="b" * 16)


def comparison_of(a, b):
    return compare(log(), a, b, as_of=AS_OF, on_progress=silent)


def test_a_sharp_bundle_beats_a_noisy_one():
    found = comparison_of(GOOD, NOISY)

    assert found.better("log_loss") == "A"
    assert found.differences["log_loss"].low > 0
    assert verdict_of(found).startswith(f"A ({'a' * 16}) is better")


def test_swapped_bundles_give_the_same_numbers_with_the_other_sign():
    there, back = comparison_of(GOOD, NOISY), comparison_of(NOISY, GOOD)

    for name, difference in there.differences.items():
        swapped = back.differences[name]
        assert difference.value == -swapped.value
        assert (difference.low, difference.high) == (-swapped.high, -swapped.low)
        assert {there.better(name), back.better(name)} in ({"A", "B"}, {"neither"})
    assert (there.movement.counts == back.movement.counts.T).all()


def test_a_bundle_is_no_better_than_itself_and_moves_nobody():
    found = comparison_of(GOOD, GOOD)

    assert verdict_of(found).startswith("Neither is better")
    assert found.movement.share == 0


def test_bundles_of_two_definitions_are_not_compared():
    other = bundle(Opinion(-2.0, 2.0), name="c" * 16, churn=replace(CHURN, horizon_days=60))

    with pytest.raises(EvaluationRefused, match="predict different things"):
        comparison_of(GOOD, other)


def test_a_moment_that_either_has_seen_is_refused():
    newer = bundle(Opinion(-2.0, 2.0), trained_until=AS_OF.replace(day=5))

    with pytest.raises(EvaluationRefused, match="choose --as-of 2026-04-05 or later"):
        comparison_of(GOOD, newer)


def test_three_files_are_written_and_can_be_read(tmp_path):
    found = comparison_of(GOOD, NOISY)
    paths = write_files(
        tmp_path / "new", name="comparison", document=document_of(found), numbers=found.as_numbers()
    )

    text, page, numbers = (path.read_text(encoding="utf-8") for path in paths)
    assert text.startswith("# Two churn-risk bundles compared")
    assert parsed(page).tag == "html"
    assert page == render_html(document_of(found))
    found = json.loads(numbers)
    assert found["b_less_a"]["log_loss"]["better"] == "A"
    assert sum(map(sum, found["tier_movement"]["from_a_to_b"])) == 120
