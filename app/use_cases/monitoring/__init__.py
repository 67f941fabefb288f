"""Compare predictions with outcomes, and today's customers with those of the training."""
