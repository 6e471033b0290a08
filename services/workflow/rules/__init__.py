"""The rules: pure functions over frozen dataclasses. They take `now`; no database, no clock, no framework."""
