"""Who may ask: API keys and their scopes."""
