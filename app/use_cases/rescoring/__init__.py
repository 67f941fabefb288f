"""Rescore every customer as a job that survives being killed."""
