"""The fallback: what serves where a log holds too little to learn from."""
