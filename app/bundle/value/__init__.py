"""What customers will bring: expected orders and revenue, and when the next order comes."""
