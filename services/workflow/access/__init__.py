"""Who can act and who may see what, as SQL predicates, and the reads that commands and queries share."""
