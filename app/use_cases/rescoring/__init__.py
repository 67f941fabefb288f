"""Rescore every customer: a job in chunks that survives being killed."""
