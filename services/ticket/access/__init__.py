"""Who may see which rows: SQL predicates, used by commands and queries alike, and the one read of a ticket's row."""
