"""Plots as SVG text: the same numbers give the same bytes, and nothing has to be installed."""
