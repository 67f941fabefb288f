"""API keys: issue them, and verify those that callers send."""
