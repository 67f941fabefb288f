"""How the two databases are reached and asked."""
