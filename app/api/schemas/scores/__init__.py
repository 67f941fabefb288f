"""Schemas of scores, for one customer and for many."""
