"""How SQLite and PostgreSQL are reached, and how statements are run on them."""
