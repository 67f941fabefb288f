"""A churn service as one would write it without thinking about speed; the baseline."""
