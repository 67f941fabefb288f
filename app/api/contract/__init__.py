"""The published contract: OpenAPI, problems, field types and cursors."""
