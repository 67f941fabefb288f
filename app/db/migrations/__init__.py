"""How the tables came to be; run by app.db.migrate."""
