"""From margins to what an answer says: probability, reasons, interval, tier."""
