"""Import files into the database, read a log from files, and score one file into another."""
