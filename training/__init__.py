"""The offline pipeline: activity log to verified, immutable bundle."""
