"""The outside world: the object store, the virus scanner, other services."""
