"""The demonstration: people, a catalog, and the settings that make it work."""
