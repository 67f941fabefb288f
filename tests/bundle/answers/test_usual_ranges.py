import math

import pytest

from app.bundle.answers.usual_ranges import UsualRanges, read_usual_ranges
from app.bundle.json_object import JsonObject


def test_what_is_written_is_read_back():
    written = UsualRanges((0.0, math.nan), (math.nan, 10.0), ("orders",), ("plan",)).as_json()

    assert read_usual_ranges(JsonObject(written, "here")).as_json() == written


def test_a_range_upside_down_cannot_be_built():
    with pytest.raises(ValueError, match="lower end"):
        UsualRanges((2.0,), (1.0,), (), ())
