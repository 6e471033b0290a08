"""Pure rules: names, kinds of content, bounds, rights, and what becomes of a file."""
