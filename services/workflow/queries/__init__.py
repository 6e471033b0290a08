"""The nouns: they read and never write."""
