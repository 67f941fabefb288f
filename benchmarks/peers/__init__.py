"""What Holdfast is held against, each in its own environment."""
