"""From a history to answers: for one customer, a thousand or a file."""
