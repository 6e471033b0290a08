"""The world outside this service: what it asks of others."""
