"""Bundles held against what came after them."""
