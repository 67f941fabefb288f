"""The card's section on certainty: groups are counted as chance and the level's spread allow."""

from app.bundle.answers.uncertainty import Uncertainty
from app.bundle.answers.usual_ranges import UsualRanges
from app.documents.document import Document
from app.documents.markdown import render_markdown
from training.card.sections.certainty import certainty_section, covered_groups
from training.certainty.usual_ranges import UsualRangesReport

MET = [(0.2, 0.21, 400), (0.6, 0.58, 400)]
TABLE = ((0.9,), (0.2,))
UNCERTAINTY = Uncertainty(0.9, 0.3, "tenure_days", (30.0,), (0.0,), TABLE, TABLE)


def test_groups_near_what_was_said_are_inside_and_others_are_not():
    far = [(0.2, 0.9, 400), (0.6, 0.58, 400)]

    assert covered_groups([MET, MET], [], coverage=0.9) == (4, 4)
    assert covered_groups([far, MET], [], coverage=0.9) == (3, 4)


def test_none_of_few_is_no_surprise():
    assert covered_groups([[(0.005, 0.0, 300)]], [], coverage=0.9) == (1, 1)


def test_no_back_test_covers_nothing():
    assert covered_groups([], [], coverage=0.9) == (0, 0)


def test_the_section_names_widths_alarms_and_what_is_not_watched():
    support = UsualRangesReport(UsualRanges((), (), (), ()), 0.0042, ("tenure_days",))
    section = certainty_section(UNCERTAINTY, support, tables=[MET], misses=[])
    text = render_markdown(Document("card", (), (), (section,)))

    assert "**2 of 2** groups" in text
    assert "**0.42 %** of the population" in text
    assert "Not watched, because they move too much over time: `tenure_days`" in text
    assert "below 30" in text


def test_too_few_customers_are_said():
    section = certainty_section(UNCERTAINTY, None, tables=[], misses=[])

    assert "Too few customers" in render_markdown(Document("card", (), (), (section,)))
