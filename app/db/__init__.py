"""Tables, what is read from them and written to them, and migrations."""
