"""Where the tiers are cut."""
