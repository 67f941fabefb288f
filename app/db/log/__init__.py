"""The activity log: writing, packing and reading it."""
