"""What a simulation prints: lines that explain themselves."""

from pathlib import Path

from training.simulation.simulate import SimulationSummary


def simulation_lines(summary: SimulationSummary, folder: Path) -> list[str]:
    """Return what was simulated, and how good any bundle can be on it."""
    return [
        f"{summary.n_customers:,} customers with {summary.n_events:,} events in {folder}. Of those "
        f"who ever ordered, {summary.churn_share:.1%} do not order in the 90 days after the log.",
        f"Best possible log loss {summary.truth_log_loss:.3f} (knowing the truth), base rate alone "
        f"{summary.base_log_loss:.3f}.",
    ]
