"""Import files, read a log from files, score from file to file."""
