"""A labelled fallback for logs that hold too little to learn from."""
