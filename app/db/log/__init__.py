"""The activity log: events are written once each, and read as packed histories."""
