"""How certain the probabilities are, and which customers count as unusual."""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit, logit

from app.bundle.answers.uncertainty import Uncertainty
from app.documents.document import Block, Paragraph, Section, Table, table
from app.documents.formatting import format_percent
from app.statistics.intervals import z_value
from training.certainty.certainty import Certainty
from training.certainty.coverage import covered_groups
from training.certainty.interval import CalibrationTable
from training.certainty.usual_ranges import UsualRangesReport


def certainty_section(certainty: Certainty, tables: Sequence[CalibrationTable]) -> Section:
    """Return how wide intervals are, how often back-tests fell inside, and who is unusual.

    `tables` are the calibration tables of the back-tests.
    """
    uncertainty = certainty.uncertainty
    coverage = uncertainty.coverage
    blocks: list[Block] = [Paragraph(_meaning(uncertainty)), _widths(uncertainty)]
    n_covered, n_groups = covered_groups(tables, certainty.base_rate_errors, coverage=coverage)
    if n_groups:
        blocks.append(Paragraph(_coverage(n_covered, n_groups, coverage)))
    blocks.append(Paragraph(_unusual(certainty.usual_ranges)))
    return Section("Certainty", tuple(blocks))


def _meaning(uncertainty: Uncertainty) -> str:
    shared = uncertainty.shared_deviation
    return (
        "Every probability comes with an interval that should hold the customer's own probability "
        f"in {format_percent(uncertainty.coverage, 0)} of all cases. All probabilities together "
        f"may be too high or too low by a standard deviation of **{shared:.2f} log-odds** "
        f"({_points_at_one_half(shared)} points at a probability of one half). The rest belongs to "
        "each customer: what other customers would have taught the bundle, and what a short "
        "history leaves open. Whether a customer has already left is what the probability itself "
        "is about, and no part of the interval."
    )


def _points_at_one_half(spread: float) -> int:
    return round(100 * (float(expit(spread)) - 0.5))


def _widths(uncertainty: Uncertainty) -> Table:
    """Return the interval around three probabilities for each amount of history."""
    probabilities = (0.2, 0.5, 0.8)
    steps = uncertainty.history_from
    names = [f"below {steps[0]:g}", *(f"from {step:g}" for step in steps)]
    rows = [
        (name, *(_interval(uncertainty, i, p) for p in probabilities))
        for i, name in enumerate(names)
    ]
    header = (uncertainty.history_feature, *(f"around {p:.1f}" for p in probabilities))
    return table("Intervals by amount of history", header, rows)


def _interval(uncertainty: Uncertainty, step: int, probability: float) -> str:
    margin, z = float(logit(probability)), z_value(uncertainty.coverage)
    own = [
        float(np.interp(margin, uncertainty.knots, table[step]))
        for table in (uncertainty.below, uncertainty.above)
    ]
    below, above = (z * float(np.hypot(uncertainty.shared_deviation, one)) for one in own)
    return f"{expit(margin - below):.2f} to {expit(margin + above):.2f}"


def _coverage(n_covered: int, n_groups: int, coverage: float) -> str:
    return (
        f"In back-tests, **{n_covered} of {n_groups}** groups (tenths of the tested customers by "
        "predicted probability) churned at a rate that the shared spread and chance allow at "
        f"{format_percent(coverage, 0)}. The spread for each back-test came from the others."
    )


def _unusual(ranges: UsualRangesReport | None) -> str:
    if ranges is None:
        return (
            "There are too few customers to say what is usual of a feature, so no customer is "
            "called out of distribution."
        )
    text = (
        "A customer is called out of distribution who has a feature outside its usual range, or a "
        "value or a gap where nobody had one. "
    )
    if ranges.alarm_share is None:
        text += "How often that happens cannot be tested: the log has too few snapshots."
    else:
        text += (
            "By ranges made from earlier snapshots alone, that was "
            f"**{format_percent(ranges.alarm_share, 2)}** of the population as of the cut-off."
        )
    if ranges.unwatched:
        names = ", ".join(f"`{name}`" for name in ranges.unwatched)
        text += f" Not watched, because they move too much over time: {names}."
    return text
