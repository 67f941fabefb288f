"""Boosted trees: their text is parsed, added up to margins, and explained by exact TreeSHAP."""
