"""Customer value: the orders and revenue to expect of a customer, learned from the log."""

from training.value.fit import fit_value

__all__ = ["fit_value"]
