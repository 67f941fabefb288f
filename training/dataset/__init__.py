"""Snapshots, features and labels: the rows that training learns from."""
