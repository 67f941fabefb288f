"""Sections that cards and evaluations share: numbers in, text, tables and plots out."""
