"""Scores: what an answer about one customer consists of."""
