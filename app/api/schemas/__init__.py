"""What travels over the wire: one file or folder per noun."""
