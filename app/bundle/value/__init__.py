"""What a customer is expected to bring."""
