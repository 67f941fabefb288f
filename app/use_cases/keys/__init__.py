"""Create, list, verify and revoke API keys."""
