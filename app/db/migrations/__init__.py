"""The migrations of the tables, run by `app.db.migrate`."""
