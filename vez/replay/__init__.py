"""Playing an event log against a running system, through its public HTTP endpoints alone, and checking every step."""
