import numpy as np

from app.documents.plots.axes import percent_axis
from app.documents.plots.marks import (
    dots,
    error_bars,
    histogram_bars,
    legend,
    line,
    reference_line,
)
from app.documents.plots.xy_plot import draw_plot, x_position, y_position
from tests.pages import parsed


def test_every_mark_is_well_formed():
    axis = percent_axis("a < b")
    marks = [
        line(axis, axis, [0, 1], [0, 1], series="c"),
        reference_line(axis, axis, (0, 0), (1, 1)),
        dots(axis, axis, [0.1], [0.2]),
        error_bars(axis, axis, [0.1], [0.0], [0.3]),
        histogram_bars(axis, axis, [0, 0.5, 1], [0.2, 0.8]),
        legend([("ours <b>", "a"), ("theirs", "b")], corner="lower left"),
    ]

    drawing = parsed(draw_plot("T & t", "d < e", axis, axis, marks))

    assert len(list(drawing.iter("rect"))) == 2
    assert {text.text for text in drawing.iter("text")} >= {"a < b", "ours <b>", "theirs"}


def test_a_line_of_many_points_is_thinned_out_and_keeps_its_ends():
    axis = percent_axis("share")
    drawn = parsed(line(axis, axis, np.linspace(0, 1, 1000), np.linspace(0, 1, 1000) ** 2))

    points = drawn.get("points").split()
    assert len(points) <= 160
    assert points[0] == f"{x_position(axis, 0):.1f},{y_position(axis, 0):.1f}"
    assert points[-1] == f"{x_position(axis, 1):.1f},{y_position(axis, 1):.1f}"
