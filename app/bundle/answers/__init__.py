"""What an answer is made of: probability, reasons, interval, unusual features and tier."""
