import pytest

from app.api.gate.metrics import BOUNDS, Metrics
from tests.api.prometheus import samples_of


def test_buckets_are_cumulative_and_end_with_everything():
    metrics = Metrics()
    for seconds in (0.0001, 0.0004, 99.0):
        metrics.count_request({"method": "GET"}, 200, seconds)

    found = samples_of("\n".join([*metrics.request_lines(), ""]))

    name, labels = "holdfast_request_seconds", 'method="GET",route="unmatched",status="200"'
    counts = [found[f'{name}_bucket{{{labels},le="{bound}"}}'] for bound in (*BOUNDS, "+Inf")]
    assert counts[:2] == [1, 2]
    assert counts == sorted(counts)
    assert counts[-1] == found[f"{name}_count{{{labels}}}"] == 3
    assert found[f"{name}_sum{{{labels}}}"] == pytest.approx(99.0005)


def test_unknown_methods_share_one_label():
    metrics = Metrics()
    for i in range(50):
        metrics.count_request({"method": f"MADE_UP_{i}"}, 405, 0.001)

    text = "\n".join(metrics.request_lines())

    assert text.count("_count{") == 1
    assert 'method="other"' in text
