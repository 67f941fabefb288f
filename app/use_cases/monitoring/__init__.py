"""Compare what a bundle predicted with what happened, and its customers with those of its training."""
