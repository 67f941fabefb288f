from app.documents.plots.axes import percent_axis
from app.documents.plots.xy_plot import x_position, y_position


def test_a_higher_value_lies_higher_and_a_larger_one_further_right():
    axis = percent_axis("share")

    assert y_position(axis, 1.0) < y_position(axis, 0.5) < y_position(axis, 0.0)
    assert x_position(axis, 0.0) < x_position(axis, 1.0)
