"""The offline pipeline: from a log of activity to a bundle that serves."""
