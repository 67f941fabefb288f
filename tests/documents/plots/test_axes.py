import numpy as np
import pytest

from app.documents.plots.axes import Axis, axis_covering


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.0, 1.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([0.72, 0.78], ["0.72", "0.74", "0.76", "0.78"]),
        ([-3.0, 9.0], ["−5.0", "−2.5", "0.0", "2.5", "5.0", "7.5", "10.0"]),
        ([5_000.0, 20_000.0], ["5,000", "10,000", "15,000", "20,000"]),
    ],
)
def test_ticks_are_round_and_cover_all_values(values, texts):
    axis = axis_covering("x", values)

    assert [text for _, text in axis.ticks] == texts
    assert axis.low <= min(values) < max(values) <= axis.high


@pytest.mark.parametrize("values", [[0.5], [0.0], [np.nan], [], [np.inf, 1.0, 2.0]])
def test_any_values_make_an_axis(values):
    axis = axis_covering("x", values)

    assert axis.low < axis.high
    assert len(axis.ticks) >= 2


def test_an_axis_that_does_not_rise_is_refused():
    with pytest.raises(ValueError, match="must rise"):
        Axis("x", 1.0, 1.0, ())


def test_ticks_of_shares_are_in_per_cent():
    assert [text for _, text in axis_covering("x", [0.0, 0.1], percent=True).ticks][-1] == "10 %"
