"""Compare what a bundle predicted with what happened, and whom it meets with whom it learned from."""
