"""The bundle in service, and the shelf that it comes from."""
