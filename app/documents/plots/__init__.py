"""Plots as inline SVG, coloured by the classes of the page's style sheet."""
