"""The contract in AsyncAPI and JSON Schema, generated from the types."""
