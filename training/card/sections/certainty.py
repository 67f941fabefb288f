"""How sure the probabilities are, and whom they are not about."""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit, logit

from app.bundle.answers.uncertainty import Uncertainty
from app.documents.document import Block, Paragraph, Section, Table, table
from app.documents.formatting import format_percent
from app.statistics.intervals import z_value
from training.certainty.interval import CalibrationTable, shared_spread
from training.certainty.usual_ranges import UsualRangesReport

MIN_PROBABILITY = 1e-4


def certainty_section(
    uncertainty: Uncertainty,
    support: UsualRangesReport | None,
    *,
    tables: Sequence[CalibrationTable],
    misses: Sequence[float],
) -> Section:
    """Return how wide intervals are, how often back-tests fell inside, and who counts as unusual.

    Parameters
    ----------
    tables : calibration tables of the back-tests.
    misses : of the level, as in `shared_spread`.
    """
    blocks: list[Block] = [Paragraph(_what(uncertainty)), _widths(uncertainty)]
    covered, n_groups = covered_groups(tables, misses, coverage=uncertainty.coverage)
    if n_groups:
        blocks.append(
            Paragraph(
                f"In back-tests **{covered} of {n_groups}** groups (tenths of the tested customers "
                "by what was said of them) churned as often as the level's spread and chance allow "
                f"at {format_percent(uncertainty.coverage, 0)}; the spread came from the other "
                "back-tests each time."
            )
        )
    blocks.append(Paragraph(_unusual(support)))
    return Section("Certainty", tuple(blocks))


def covered_groups(
    tables: Sequence[CalibrationTable], misses: Sequence[float], *, coverage: float
) -> tuple[int, int]:
    """Return how many groups of back-tests fell inside, and how many there are.

    Each back-test is held against a spread to which it did not contribute.
    """
    covered = n_groups = 0
    for i, tested in enumerate(tables):
        others = [*tables[:i], *tables[i + 1 :]]
        common = shared_spread(misses, others, follow=0.0)
        said, seen, n = (np.array(column, dtype=np.float64) for column in zip(*tested, strict=True))
        margins = logit(np.clip(said, MIN_PROBABILITY, 1 - MIN_PROBABILITY))
        by_chance = 1 / (n * said * (1 - said))
        reach = z_value(coverage) * np.sqrt(common**2 + by_chance)
        # Half a customer to either side: of 300 customers at one in 200, none is no surprise.
        low, high = n * expit(margins - reach) - 0.5, n * expit(margins + reach) + 0.5
        inside = (low <= n * seen) & (n * seen <= high)
        covered, n_groups = covered + int(inside.sum()), n_groups + len(said)
    return covered, n_groups


def _what(uncertainty: Uncertainty) -> str:
    return (
        f"Every probability comes with an interval that is meant to hold the customer's own "
        f"probability in {format_percent(uncertainty.coverage, 0)} of all cases. The level of "
        "everybody together may be off by a standard deviation of "
        f"**{uncertainty.shared_deviation:.2f} log-odds** ({_points(uncertainty.shared_deviation)} "
        "points at one half). The rest is the customer's own: what other customers would have "
        "taught, and what a short rhythm leaves open. Whether a customer has left already is what "
        "the probability itself is about, and no part of it."
    )


def _points(spread: float) -> int:
    return round(100 * (float(expit(spread)) - 0.5))


def _widths(uncertainty: Uncertainty) -> Table:
    """Return the interval around three probabilities for each amount of history."""
    said = (0.2, 0.5, 0.8)
    steps = ("less", *(f"{step:g}" for step in uncertainty.history_from))
    rows = [
        (f"from {step}" if i else f"below {steps[1]}", *(_ends(uncertainty, i, p) for p in said))
        for i, step in enumerate(steps)
    ]
    header = (uncertainty.history_feature, *(f"around {p:.1f}" for p in said))
    return table("Intervals by amount of history", header, rows)


def _ends(uncertainty: Uncertainty, step: int, probability: float) -> str:
    margin, reach = float(logit(probability)), z_value(uncertainty.coverage)
    below, above = (
        reach
        * float(
            np.hypot(uncertainty.shared_deviation, np.interp(margin, uncertainty.knots, own[step]))
        )
        for own in (uncertainty.below, uncertainty.above)
    )
    return f"{expit(margin - below):.2f} to {expit(margin + above):.2f}"


def _unusual(support: UsualRangesReport | None) -> str:
    if support is None:
        return (
            "Too few customers to say what is usual of a feature: nobody is called out of "
            "distribution."
        )
    alarms = "cannot be tested: the log has too few snapshots"
    if support.alarm_share is not None:
        alarms = (
            f"was **{format_percent(support.alarm_share, 2)}** of the population as of the cut-off"
        )
    unwatched = ", ".join(f"`{name}`" for name in support.unwatched)
    return (
        "Who has a feature outside its usual range, or a value or a gap where nobody had one, is "
        f"called out of distribution. By ranges made from earlier snapshots alone that {alarms}."
        + (f" Not watched, because they move too much over time: {unwatched}." if unwatched else "")
    )
