import numpy as np
import pytest

from app.documents.plots.axes import Axis, axis_of, plot, shares_axis, x_at, y_at
from app.documents.plots.marks import columns, dots, even_line, legend, line, whiskers
from app.documents.plots.rows import bars, intervals
from tests.pages import parsed


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.0, 1.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([0.72, 0.78], ["0.72", "0.74", "0.76", "0.78"]),
        ([-3.0, 9.0], ["−5.0", "−2.5", "0.0", "2.5", "5.0", "7.5", "10.0"]),
        ([5_000.0, 20_000.0], ["5,000", "10,000", "15,000", "20,000"]),
    ],
)
def test_ticks_are_round_and_hold_all_values(values, texts):
    axis = axis_of("x", values)

    assert [text for _, text in axis.ticks] == texts
    assert axis.low <= min(values) < max(values) <= axis.high


@pytest.mark.parametrize("values", [[0.5], [0.0], [np.nan], [], [np.inf, 1.0, 2.0]])
def test_any_values_make_an_axis(values):
    axis = axis_of("x", values)

    assert axis.low < axis.high
    assert len(axis.ticks) >= 2


def test_an_axis_that_does_not_rise_is_refused():
    with pytest.raises(ValueError, match="must rise"):
        Axis("x", 1.0, 1.0, ())


def test_per_cent_ticks_say_so():
    assert [text for _, text in axis_of("x", [0.0, 0.1], percent=True).ticks][-1] == "10 %"


def test_a_higher_value_lies_higher_and_a_larger_one_further_right():
    axis = shares_axis("share")

    assert y_at(axis, 1.0) < y_at(axis, 0.5) < y_at(axis, 0.0)
    assert x_at(axis, 0.0) < x_at(axis, 1.0)


def test_every_mark_is_well_formed():
    axis = shares_axis("a < b")
    xs, ys = np.linspace(0, 1, 1000), np.linspace(0, 1, 1000) ** 2
    marks = [
        line(axis, axis, xs, ys),
        even_line(axis, axis, (0, 0), (1, 1)),
        dots(axis, axis, [0.1], [0.2]),
        whiskers(axis, axis, [0.1], [0.0], [0.3]),
        columns(axis, axis, [0, 0.5, 1], [0.2, 0.8]),
        legend([("ours <b>", "a"), ("theirs", "b")], corner="lower left"),
    ]
    drawing = parsed(plot("T & t", "d < e", axis, axis, marks))

    points = next(drawing.iter("polyline")).get("points").split()
    assert len(points) <= 160
    assert points[0] == f"{x_at(axis, 0):.1f},{y_at(axis, 0):.1f}"
    assert points[-1] == f"{x_at(axis, 1):.1f},{y_at(axis, 1):.1f}"


def test_rows_keep_their_order_and_escape_their_names():
    axis = axis_of("x", [-1.0, 1.0])
    drawn = intervals("T", "d", axis, [("<one>", -2, 0, 0.5, "0"), ("two", -1, 1, 3, "1")], mark=0)
    barred = bars("T", "d", axis, [("<one>", 0.5, "50 %"), ("n" * 99, 0.1, "10 %")])

    for drawing in (drawn, barred):
        names = [t.text for t in parsed(drawing).iter("text") if t.get("class") == "name"]
        assert names[0] == "<one>"
        assert all(len(name) <= 34 for name in names)
