"""What clients rely on: OpenAPI, its docs, bodies, field types, problems and cursors."""
