"""The nouns. None writes."""
