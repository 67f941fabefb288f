"""A simulated company with a known churn process: `simulate` writes its files."""

from training.simulation.simulate import SimulationSummary, simulate

__all__ = ["SimulationSummary", "simulate"]
