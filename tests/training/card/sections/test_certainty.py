"""The card's section on certainty: widths of intervals, coverage, and unusual customers."""

from app.bundle.answers.uncertainty import Uncertainty
from app.bundle.answers.usual_ranges import UsualRanges
from app.documents.document import Document
from app.documents.markdown import render_markdown
from training.card.sections.certainty import certainty_section
from training.certainty.certainty import Certainty
from training.certainty.usual_ranges import UsualRangesReport

MET = [(0.2, 0.21, 400), (0.6, 0.58, 400)]
TABLE = ((0.9,), (0.2,))
UNCERTAINTY = Uncertainty(0.9, 0.3, "tenure_days", (30.0,), (0.0,), TABLE, TABLE)


def test_the_section_names_widths_alarms_and_what_is_not_watched():
    ranges = UsualRangesReport(UsualRanges((), (), (), ()), 0.0042, ("tenure_days",))
    section = certainty_section(Certainty(UNCERTAINTY, ranges, ()), [MET])
    text = render_markdown(Document("card", (), (), (section,)))

    assert "**2 of 2** groups" in text
    assert "**0.42 %** of the population" in text
    assert "Not watched, because they move too much over time: `tenure_days`" in text
    assert "below 30" in text


def test_the_section_says_so_if_there_are_too_few_customers():
    section = certainty_section(Certainty(UNCERTAINTY, None, ()), [])

    assert "too few customers to say what is usual" in render_markdown(
        Document("card", (), (), (section,))
    )
