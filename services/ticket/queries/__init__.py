"""The nouns: what is read, for one reader. None writes."""
