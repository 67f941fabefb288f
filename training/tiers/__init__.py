"""Where tiers begin, and what contacting customers earns."""
