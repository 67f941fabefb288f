"""Boosted trees: parsing, margins and exact TreeSHAP."""
