"""The out-of-time test."""

from app.documents.document import Paragraph, Section
from app.documents.formatting import format_date
from training.card.sections.metrics import metrics_table
from training.testing.backtest import Backtest


def out_of_time_section(newest: Backtest) -> Section:
    """Return how the test was made, and its metrics."""
    window = newest.holdout.window
    text = (
        "Out of time: everything was learned again from what was known before "
        f"{format_date(window.as_of)} and tested on the {window.days} days after that. The bundle "
        "was then made with the same settings from all that was known at the cut-off. Intervals "
        "come from the bootstrap over customers: they cover chance in who was sampled, not in what "
        "the season brings."
    )
    return Section("Test", (Paragraph(text), metrics_table(newest.metrics)))
