"""Customer value: what to expect of a customer's orders, learned from the log."""

from training.value.fit import fit_value

__all__ = ["fit_value"]
