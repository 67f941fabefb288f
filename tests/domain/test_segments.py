import operator

import pytest

from app.domain.conditions import Comparison
from app.domain.segments import SegmentRule

SILENT = Comparison(0, operator.ge, 60.0)


def test_a_segment_holds_the_customers_that_its_condition_holds_for():
    dormant = SegmentRule("dormant", "A6", "no activity for 60 days", SILENT)

    assert [dormant.when([days]) for days in (59.9, 60.0)] == [False, True]


def test_a_segment_needs_a_name_and_a_text():
    with pytest.raises(ValueError, match="segment must be a name"):
        SegmentRule("Dormant!", "A6", "no activity", SILENT)
    with pytest.raises(ValueError, match="text needs 1 to 500 characters"):
        SegmentRule("dormant", "A6", "", SILENT)
