"""What the claims about speed and quality rest on; see README.md."""
